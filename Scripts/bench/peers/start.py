"""The nearest thing in PyTorch to the program's start: an interpreter with the library loaded."""
import torch

print(torch.ones(1).item())
