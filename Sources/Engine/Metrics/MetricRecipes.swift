internal import Surface

/// How the metrics are computed.
enum MetricRecipes {
  static var all: [String: Recipe] {
    [
      "mse": Recipe(
        """
        mean of (a − b)² over all elements, summed in double precision.
        """,
        related: ["metrics.psnr", "nn.mse_loss"]),
      "psnr": Recipe(
        """
        10·log10(data_range² / mse). Halving the error adds 6.02 dB.
        """,
        related: ["metrics.mse", "metrics.ssim"]),
      "ssim": Recipe(
        """
        In every window, with weighted means μ, variances σ² and covariance σ_ab of the two pictures:
          (2·μa·μb + C1)·(2·σ_ab + C2) / ((μa² + μb² + C1)·(σa² + σb² + C2))
        with C1 = (K1·data_range)² and C2 = (K2·data_range)². The number is the mean over the windows that lie
        wholly inside, over channels and pictures. The window is a Gaussian of sigma 1.5 cut at 3.5·sigma
        (11 × 11 pixels), or with gaussian_weights = false the mean over win_size² pixels.
        """,
        related: ["metrics.ms_ssim", "metrics.psnr", "metrics.mse"]),
      "ms_ssim": Recipe(
        """
        With cs = (2·σ_ab + C2) / (σa² + σb² + C2) at scale j, and the whole similarity at the coarsest, M:
          ssim_M^w_M · Π cs_j^w_j,   w = 0.0448, 0.2856, 0.3001, 0.2363, 0.1333
        Each scale is the one before, averaged over 2 × 2 pixels.
        """,
        related: ["metrics.ssim"]),
      "edge_preservation": Recipe(
        """
        With D the Laplacian of the luma, x(up) + x(down) + x(left) + x(right) − 4·x, over all pixels inside:
          Σ (Da − mean Da)·(Db − mean Db) / √(Σ (Da − mean Da)² · Σ (Db − mean Db)²)
        The correlation of two high-passed pictures: a blur lowers it, and so does grain. Two pictures without any
        edge give 1, one of them alone 0. The luma is Rec. 601's of three or four channels; else all values count.
        """,
        related: ["metrics.ssim", "atelier.compare"]),
      "gram_distance": Recipe(
        """
        G(f) = f·fᵀ for features f laid out as channels × places, divided as normalize says; the mean of
        (G(a) − G(b))² over all C² entries. Places are summed over: only which channels go together counts.
        """,
        related: ["nn.gram", "metrics.mse"]),
    ]
  }
}
