internal import Surface

extension FilterEntries {
  /// How the filters upon the domain transform and those of gradients work.
  static var domainRecipes: [String: Recipe] {
    transformRecipes.merging(gradientRecipes) { first, _ in first }
  }

  private static var transformRecipes: [String: Recipe] {
    [
      "domain_transform": Recipe(
        """
        Along a row (and, likewise, a column) neighbours lie apart by
          d(j) = 1 + sigma_space / sigma_color · Σ over channels |x(j) − x(j − 1)|
        and smoothing is plain smoothing on that stretched line. N iterations of rows, then columns, with
          s(i) = sigma_space · √3 · 2^(N − i) / √(4^N − 1)
        whose variances add up to sigma_space²; the small last ones remove the stripes of the first.
          recursive     y(j) = x(j) + a^d(j) · (y(j − 1) − x(j)), then back from the end; a = e^(−√2 / s)
          normalized    the mean of the pixels within √3·s of the pixel on the stretched line
          interpolated  the mean of the line between the pixels over the same box; beyond the ends it runs on level
        The interpolated mode's box also covers part of the line that leads over an edge: edges soften a little.
        The distances are those of the given picture in all iterations. A grey picture's differences count
        once, those of RGB three times: use a third of sigma_color to treat it as its RGB copy.
        The box's limits are counted in double precision. Gradients flow through values and distances; the boxes of
        the normalized mode change in steps and count as given.
        """,
        related: ["filters.detail_enhance", "filters.stylize", "filters.diffusion", "filters.gaussian"]),
      "detail_enhance": Recipe(
        """
        L = L* / 255 of CIE L*a*b*, S = domain_transform(L), recursive, three iterations:
          L' = S + amount · (L − S),   a*, b* stay; back to RGB, kept within 0 to 1
        Beside edges stronger than sigma_color S follows L, so that there is nothing to strengthen. Weaker edges count
        as detail and get halos: the standard value is OpenCV's; 0.04 leaves none on most photographs.
        OpenCV looks L*a*b* up in a table; here it is computed, which differs by up to 1.5 levels of 255.
        """,
        related: ["filters.domain_transform"]),
      "pencil_sketch": Recipe(
        """
        With d the distances of domain_transform, a pixel's box along the row holds the n pixels within √3·s(1)
        of it, s(1) the first of three iterations' standard deviations; likewise along the column:
          drawing = shade · (n of the row + n of the column), kept within 0 to 1
        gray: every channel is the drawing. color: drawing − Y is added to all channels, Y the luma 0.299 R + 0.587 G
        + 0.114 B: the colors of YCrCb stay. Numbers of pixels are whole: the drawing has no gradient.
        OpenCV's own standard values, sigma_color = 0.07 and shade = 0.02, draw photographs nearly black, their noise
        included; these leave the paper white. Boxes are in pixels: enlarge sigma_space and lessen shade with the
        picture.
        """,
        related: ["filters.domain_transform", "filters.xdog", "filters.stylize"]),
      "stylize": Recipe(
        """
        y = domain_transform(x), normalized, three iterations; with Sobel's derivatives (weights 1 2 1, not divided):
          result = y · (1 − Σ over channels √(∂x² + ∂y²)), kept within 0 to 1
        Edges that smoothing has kept are steep: they become dark lines of two pixels.
        """,
        related: ["filters.domain_transform", "filters.pencil_sketch", "filters.xdog"]),
    ]
  }

  private static var gradientRecipes: [String: Recipe] {
    [
      "l0_smooth": Recipe(
        """
        Wanted: min Σ (S − I)² + lambda · (number of pixels where S differs from its right or lower neighbour).
        Half-quadratic splitting, from beta = 2·lambda until beta reaches 100000:
          1. h = D S, the differences to the right and lower neighbour, set to 0 where their squares, summed over
             channels, are below lambda / beta
          2. S = (1 + beta·D'D)⁻¹ (I + beta·D'h)
          3. beta ← kappa · beta
        The paper solves 2 by Fourier transforms, for which the picture's borders touch their opposites; here it is
        mirrored: a cosine transform, twice as long, does the same and nothing wraps around.
        Choosing what is 0 is no smooth operation: there is no gradient.
        """,
        related: ["filters.domain_transform", "filters.diffusion"]),
      "diffusion": Recipe(
        """
        In each step, for all pixels at once, with d the differences to the four neighbours:
          x ← x + step · Σ g(d) · d,    g = e^(−d² / kappa²)  or  1 / (1 + d² / kappa²)
        In g, d² is the mean over the color channels, so that they share their edges. Nothing flows over the border;
        what a pixel gains another loses, the mean stays. More iterations smooth wider: about √(2·step·iterations)
        pixels in even areas. Isolated strong noise counts as an edge and stays.
        """,
        related: ["filters.domain_transform", "filters.gaussian"]),
    ]
  }
}
