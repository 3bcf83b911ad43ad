-- Models as scripts hold them.
-- proves: models.vgg19, models.squeezenet, models.johnson, models.revresnet, models.unet_resblock
-- proves: models.unet_transformer, layer:features, layer:feature_names, layer:inverse
local x = tensor.rand(1, 3, 32, 32)

-- A model is a layer: the result of its parts, one after the other.
local net = models.squeezenet{seed = 4}
local f = net:features(x, {"fire5", "pool10"})
assert(f.fire5:size(2) == 256 and f.pool10:size(2) == 1000)
near(f.pool10:flatten(2), net(x))
assert(#net:feature_names() == 18 and net:feature_names()[1] == "conv1")
local copy = models.squeezenet{seed = 5}
copy:load_state_dict(net:state_dict())
near(copy(x), net(x))
assert(net:count() == 1248424 and models.johnson():count() == 1679235)
assert(models.revresnet():count() == 4089936 and models.revresnet{mode = "art"}:count() == 4089936)
assert(models.vgg19():count() == 20024384 and models.vgg16():count() == 14714688)

-- Gradients reach inputs and parameters, and frozen models compute none for themselves.
local leaf = x:clone():requires_grad_()
net:requires_grad_(false)
net:features(leaf, {"fire2"}).fire2:sum():backward()
assert(leaf:grad():abs():sum():item() > 0 and net:parameters()[1]:grad() == nil)
differentiates(models.johnson(), (tensor.rand(1, 3, 8, 8) * 255):to("f64"))

-- Layers with conditions take them in the call, and in nn.recompute.
local block, time = models.unet_resblock{channels = 32, time_channels = 8}, tensor.randn(1, 8)
local y = tensor.randn(1, 32, 4, 4)
near(nn.recompute(block, y, time), block(y, time))
local transformer, words = models.unet_transformer{channels = 32, heads = 4, context_channels = 8}, tensor.randn(1, 5, 8)
differentiates(function(t) return transformer(t, words) end, y:to("f64"))

fails("did you mean 'relu1_1'", function() models.vgg16():features(x, {"relu1_l"}) end)
fails("must be a list of names", function() net:features(x, {1}) end)
fails("expected the input and a time embedding", function() block(y) end)
fails("expected one tensor", function() net(x, time) end)
fails("cannot be inverted", function() net:inverse(x) end)
fails("did you mean \"photo\"", function() models.revresnet{mode = "phoot"} end)
fails("between 0 and", function() models.johnson{seed = -1} end)
