internal import Surface

/// How colours are converted.
enum ColorRecipes {
  static var all: [String: Recipe] {
    [
      "to_lab": Recipe(
        """
        1. sRGB to light: c / 12.92 up to 0.04045, ((c + 0.055) / 1.055)^2.4 above
        2. light to XYZ by sRGB's matrix, divided by D65's white (0.95047, 1, 1.08883)
        3. f(t) = t^(1/3) above 0.008856, 7.787·t + 16/116 below
        4. L* = 116·f(Y) − 16,   a* = 500·(f(X) − f(Y)),   b* = 200·(f(Y) − f(Z))
        Distances are about as large as the eye finds them.
        """,
        related: ["images.from_lab", "images.to_oklab", "images.to_linear"]),
      "from_lab": Recipe(
        """
        The inverse of images.to_lab, step by step backwards.
        """,
        related: ["images.to_lab", "images.from_oklab"]),
      "to_oklab": Recipe(
        """
        1. sRGB to light as in images.to_linear
        2. light to the answers of three cones by a matrix, then their cube roots
        3. a second matrix mixes the roots to L, a and b
        Hue stays even when only L or the chroma changes, better than in L*a*b*, above all for blue.
        """,
        related: ["images.from_oklab", "images.to_lab", "images.to_linear"]),
      "from_oklab": Recipe(
        """
        The inverse of images.to_oklab: mixed back, cubed, mixed back, and sRGB's curve.
        """,
        related: ["images.to_oklab", "images.from_lab"]),
      "to_linear": Recipe(
        """
        c / 12.92 up to 0.04045, ((c + 0.055) / 1.055)^2.4 above: values in proportion to light.
        """,
        related: ["images.from_linear", "images.to_lab"]),
      "to_gray": Recipe(
        """
        weights·(r, g, b), on sRGB's values as they stand: the luma of television, not luminance in light.
        """,
        related: ["images.from_gray", "images.to_yiq", "images.to_ycbcr"]),
      "to_yiq": Recipe(
        """
        Y = 0.299 r + 0.587 g + 0.114 b, I and Q two mixtures of r − Y and b − Y (NTSC, 1953). Transfer that keeps
        the content's colours works on Y alone and takes I and Q from the content.
        """,
        related: ["images.from_yiq", "images.to_gray", "images.to_ycbcr"]),
    ]
  }
}
