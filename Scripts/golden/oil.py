"""Golden values of oil paint with sharpness 0 by OpenCV's xphoto.oilPainting (needs opencv-contrib-python).

OpenCV rounds a byte's tone to the nearest bin, round(grey / 16), halves to even; ours cuts, floor(16·tone). Both are one
for grey pictures moved by half a bin that avoid halves, which is what stands here: the picture is (grey + 8) / 256, the
result OpenCV's plus 8, over 256. OpenCV's mean is rounded to a byte.

Writes Tests/Golden/oil.safetensors: see Tests/Golden/README.md.
"""
import json

import cv2
import numpy as np
import torch

import goldens

goldens.seed("oil")
tensors, metadata = {}, {"opencv": cv2.__version__}
for name, (height, width) in {"plain": (30, 41), "row": (1, 25), "column": (17, 1)}.items():
    # Patches of similar tones, so that bins do win.
    coarse = torch.rand(height // 5 + 1, width // 5 + 1).repeat_interleave(5, 0).repeat_interleave(5, 1)[:height, :width]
    grey = ((coarse * 0.7 + torch.rand(height, width) * 0.3) * 240).to(torch.uint8).numpy()
    grey[grey % 16 == 8] += 1
    tensors["picture/" + name] = torch.from_numpy((grey.astype(np.float32) + 8) / 256)[None]
    for radius in (1, 3, 5):
        painted = cv2.xphoto.oilPainting(np.dstack([grey] * 3), radius, 16)
        assert (painted[..., 0] == painted[..., 2]).all()
        case = f"oil/{name}/{radius}"
        tensors[case] = torch.from_numpy((painted[..., 0].astype(np.float32) + 8) / 256)[None]
        metadata[case] = json.dumps({"picture": name, "radius": radius})
goldens.save("oil.safetensors", "oil.py", tensors, metadata)
