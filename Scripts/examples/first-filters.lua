-- Seven filters side by side: atelier run Scripts/examples/first-filters.lua [PICTURE [SHEET]]
local img = arg[1] and images.load(arg[1], {max_size = 768}) or scenes.library{width = 768, height = 512}
local pictures, labels = {img}, {"original"}
local function add(label, picture) pictures[#pictures + 1], labels[#labels + 1] = picture, label end
add("gaussian, sigma 4", filters.gaussian(img, {sigma = 4}))
add("convolve: emboss", filters.convolve(img, {{-2, -1, 0}, {-1, 1, 1}, {0, 1, 2}}))
for _, mode in ipairs{"classic", "generalized", "anisotropic"} do
  add("kuwahara, " .. mode, filters.kuwahara(img, {radius = 6, mode = mode}))
end
add("xdog", filters.xdog(img))
add("xdog over kuwahara", filters.kuwahara(img, {radius = 6, mode = "anisotropic"}) * filters.xdog(img))
images.save(images.contact_sheet(pictures, {labels = labels, columns = 4, size = 384}), arg[2] or "first-filters.png")
