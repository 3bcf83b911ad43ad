"""The peer of ssim.lua in scikit-image."""
import numpy as np
from measure import measure
from skimage.metrics import structural_similarity

random = np.random.default_rng(1)
a = random.random((1080, 1920), dtype=np.float32)
b = np.clip(a + 0.1 * random.standard_normal(a.shape, dtype=np.float32), 0, 1)
measure(lambda: structural_similarity(
    a, b, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=1.0))
