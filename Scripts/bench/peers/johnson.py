"""The peer of johnson.lua: johnson.py SIZE torch|openvino."""
import sys

import torch
from measure import inference
from networks import johnson

size = int(sys.argv[1])
inference(sys.argv[2], johnson(), torch.rand(1, 3, size, size))
