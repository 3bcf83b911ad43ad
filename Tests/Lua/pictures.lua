-- Parts and mirror images of pictures.
-- proves: images.crop, images.flip
-- checks gradients: images.crop, images.flip, images.resize
local x = tensor.randn(2, 3, 6, 7):to("f64")
near(images.crop(x, {x = 2, y = 3, width = 4, height = 2}), x:narrow(3, 3, 2):narrow(4, 2, 4))
near(images.crop(x, {width = 3}), x:narrow(4, 3, 3))
near(images.flip(x), x:flip(4))
near(images.flip(x, {direction = "both"}), x:flip(3):flip(4))
differentiates(function(t) return images.crop(t, {x = 2, width = 3}) end, x)
differentiates(function(t) return images.flip(t, {direction = "vertical"}) end, x)
differentiates(function(t) return images.resize(t, {width = 4, mode = "bilinear"}) end, x)
