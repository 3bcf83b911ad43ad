-- Writing to what a subscript names.
-- proves: tensor []=
local t = tensor.zeros(3, 4)
t[2] = 1
t[{ {}, 4 }] = tensor{7, 8, 9}
t[{ 3, {1, 2} }] = tensor{5, 6}
near(t, tensor{{0, 0, 0, 7}, {1, 1, 1, 8}, {5, 6, 0, 9}})
t[t:gt(6)] = -1
near(t, tensor{{0, 0, 0, -1}, {1, 1, 1, -1}, {5, 6, 0, -1}})
fails("there is no position 4", function() t[4] = 0 end)
