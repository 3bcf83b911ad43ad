"""The peer of attention.lua: PyTorch's scaled_dot_product_attention."""
from measure import measure, torch

torch = torch()
q, k, v = (torch.randn(1, 8, 4096, 40) for _ in range(3))
with torch.inference_mode():
    measure(lambda: torch.nn.functional.scaled_dot_product_attention(q, k, v))
