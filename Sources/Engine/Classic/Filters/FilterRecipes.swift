internal import Surface

/// How the filters work.
enum FilterRecipes {
  static var all: [String: Recipe] {
    [
      "convolve": Recipe(
        """
        y(i, j) = Σ k(a, b) · x(i + a − h/2, j + b − w/2), halves rounded down: a correlation, as OpenCV
        and SciPy mean by filtering; flip = true turns the kernel by 180° and makes it a convolution.
        normalize divides k by its sum, so that flat areas keep their value.
        The gradient flows to the picture and to the kernel.
        """,
        related: ["filters.gaussian", "nn.conv2d"]),
      "gaussian": Recipe(
        """
        g(t) = exp(−t² / (2·sigma²)), for whole t from −r to r with r = ⌊truncate·sigma + 0.5⌋, divided by
        its sum; laid over the rows, then over the columns, because the Gaussian is separable.
        What is finer than about 2·sigma pixels goes. Two blurs of s and t are one of √(s² + t²).
        """,
        related: ["filters.convolve", "filters.xdog", "images.pyramid"]),
      "kuwahara": Recipe(
        """
        classic: of the four squares of (radius + 1)² pixels that have the pixel at a corner, the mean m of
        the one whose luminance varies least. Of equal ones the first wins.
        generalized: a disc is cut into eight overlapping sectors, wedges of 45° blurred and weighted by a
        Gaussian of radius / 2. With m_k and s²_k the mean and the variance (summed over channels) of sector k:
          y = Σ a_k·m_k / Σ a_k,   a_k = 1 / (1 + (255·s²_k)^(q/2)),   q = sharpness
        anisotropic: the disc becomes an ellipse along the edges.
          1. structure tensor: E = Σ(∂x f)², F = Σ ∂x f·∂y f, G = Σ(∂y f)², smoothed by a Gaussian
          2. its eigenvalues l1 ≥ l2 give the anisotropy A = (l1 − l2) / (l1 + l2), its eigenvectors the direction
          3. half axes radius·(α + A) / α along the edge and radius·α / (α + A) across, α = eccentricity;
             the longer one is cut off at twice, the shorter one at a tenth of the radius
          4. sectors in the ellipse turned into a disc: max(0, z + y − e·x²)², polynomials of the 2010 paper
        The picture is mirrored at its border. Only the classic mode has a gradient.
        """,
        related: ["filters.xdog", "filters.gaussian"]),
      "xdog": Recipe(
        """
        On the luminance Y, with G_s the Gaussian blur of standard deviation s:
          U = (1 + p)·G_sigma(Y) − p·G_(k·sigma)(Y)        with p (2012), 21.7 unless given
          U = G_sigma(Y) − tau·G_(k·sigma)(Y)              with tau (2011)
        The second is (1 − tau) times the first with p = tau / (1 − tau). Ink and paper:
          y = 1                              where U ≥ epsilon
          y = 1 + tanh(phi·(U − epsilon))    elsewhere
        k = 1.6 makes the difference near to the Laplacian of a Gaussian. A larger sigma draws wider lines, a
        larger p hatches more, a larger epsilon blackens more, a small phi leaves grey tones.
        """,
        related: ["filters.gaussian", "filters.kuwahara"]),
    ]
  }
}
