-- Linear algebra and Fourier transforms as a script spells them.
-- proves: tensor.cholesky, tensor.qr, tensor.svd, tensor.eigh, tensor.inverse, tensor.inv, tensor.solve, tensor.det
-- proves: tensor.slogdet, tensor:cholesky, tensor:qr, tensor:svd, tensor:inverse, tensor:det
-- proves: tensor.fft, tensor.ifft, tensor.fft2, tensor.ifft2, tensor.rfft2, tensor.irfft2, tensor.fftshift, tensor.ifftshift
local a = tensor{{4, 2, 0}, {2, 5, 1}, {0, 1, 3}}
local one = tensor.eye(3)
local l = tensor.cholesky(a)
near(l:matmul(l:t()), a, 1e-5)
near(a:cholesky({upper = true}), l:t(), 1e-6)
for _, pair in ipairs{ {tensor.qr(a)}, {a:qr()}, {tensor.qr(a, {mode = "complete"})} } do
  near(pair[1]:matmul(pair[2]), a, 1e-5)
end
local tall = a[{ {}, {1, 2} }]
local u, s, vh = tall:svd()
near((u * s):matmul(vh), tall, 1e-5)
assert(#tensor.svd(tall, {full_matrices = true})[1] == 3 and u:shape()[2] == 2)
local values, v = tensor.eigh(a)
near((v * values):matmul(v:t()), a, 1e-5)
for _, inverse in ipairs{ tensor.inverse(a), tensor.inv(a), a:inverse(), tensor.solve(a, one) } do
  near(inverse:matmul(a), one, 1e-5)
end
near(a:matmul(tensor.solve(a, tensor{1, 2, 3})), tensor{1, 2, 3}, 1e-5)
near(tensor.det(a), a:det())
near(a:det(), values:prod(), 1e-3)
local sign, logarithm = tensor.slogdet(a)
near(sign * logarithm:exp(), a:det(), 1e-3)

local x = tensor.rand(3, 4, 5)
local f = tensor.fft2(x)
near(f[{ {}, 1, 1, 1 }], x:sum({2, 3}), 1e-5)
near(tensor.ifft2(f, {real = true}), x, 1e-6)
near(tensor.ifft2(f):select(-1, 1), x, 1e-6)
near(tensor.fft2(f, {complex = true, norm = "forward"}):select(-1, 1), x:flip(2):flip(3):roll(1, 2):roll(1, 3), 1e-6)
near(tensor.rfft2(x), f[{ {}, {}, {1, 3} }], 1e-5)
near(tensor.irfft2(tensor.rfft2(x), {s = {4, 5}}), x, 1e-6)
near(tensor.fft(tensor.fft(x, {dim = 3}), {dim = 2, complex = true}), f, 1e-5)
near(tensor.ifft(tensor.fft(x, {dim = 1}), {dim = 1}):select(-1, 1), x, 1e-6)
near(tensor.ifftshift(tensor.fftshift(x, 2, 3), {2, 3}), x)
near(tensor.fftshift(x, 3)[{ {}, {}, 3 }], x[{ {}, {}, 1 }])
