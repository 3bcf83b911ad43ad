"""The peer of unet_block.lua: unet_block.py resblock|transformer torch|openvino."""
import sys

import torch
from measure import inference
from networks import ResBlock, Transformer

x = torch.randn(2, 320, 64, 64)
if sys.argv[1] == "resblock":
    inference(sys.argv[2], ResBlock(), x, torch.randn(2, 1280))
else:
    inference(sys.argv[2], Transformer(), x, torch.randn(2, 77, 768))
