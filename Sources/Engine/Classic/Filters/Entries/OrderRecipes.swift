internal import Surface

extension FilterEntries {
  static var orderRecipes: [String: Recipe] {
    [
      "median": Recipe(
        """
        y(p) = the (n² + 1)/2-th smallest of the n × n values around p, every channel alone.
        What covers less than half of a window vanishes without a trace; straight edges stay where they are, corners
        are cut. Windows up to 7 go through sorting networks; larger ones through tiles whose values are sorted once,
        so that time grows with n, not with n².
        """,
        related: ["filters.bilateral", "filters.erode"]),
      "erode": Recipe(
        """
        y(p) = min over the shape's pixels q of x(p + q), every channel alone; outside the picture nothing counts.
        The shape's pixel (size/2, size/2), rounded down, lies over p. Dilating an eroded picture opens it: bright
        specks smaller than the shape go. Extremes over runs of 1, 2, 4, … make time grow with log(size).
        """,
        related: ["filters.dilate", "filters.median"]),
      "dilate": Recipe(
        """
        y(p) = max over the shape's pixels q of x(p + q), every channel alone; outside the picture nothing counts.
        Eroding a dilated picture closes it: dark specks smaller than the shape go.
        """,
        related: ["filters.erode", "filters.median"]),
      "oil_paint": Recipe(
        """
        tone t = floor(bins·luma), at most bins − 1. In the window around p, n(k) pixels have tone k and mean color
        m(k): y = Σ w(k)·m(k) / Σ w(k), w(k) = (n(k) / window)^sharpness; with sharpness 0 the fullest bin alone, of
        equals the darkest. OpenCV rounds tones to bins where this cuts them; a picture brighter by half a bin
        gives what OpenCV gives.
        A larger sharpness makes harder daubs; blending keeps the bins' borders from showing as bands in skies.
        Windows are cut off at the picture's border. Bins are counted for all windows at once, so that time hardly
        grows with the radius.
        """,
        related: ["filters.kuwahara", "filters.median"]),
      "halftone": Recipe(
        """
        dots: ink = 1 − RGB; K = black·min(C, M, Y); C, M, Y ← (ink − K) / (1 − K). Each is screened by the spot
        function s = cos 2πu + cos 2πv of coordinates turned by its angle, u and v in cells: ink lies where s is
        above the level that leaves the pixel's share of the cell. Distances to that level, divided by |∇s|, make the
        rims. The inks are printed over each other: R = (1 − C)(1 − K), and so on. A pixel's own tone counts, so that
        fine lines survive inside dots. Other than three channels: one black screen each, at the last angle.
        ordered: 1 where x > (rank + ½) / cell² of Bayer's matrix, M(2n) = (4M, 4M + 2; 4M + 3, 4M + 1).
        diffusion: from left to right, 1 where the level (0 to 255) and what has been passed on is above 128; the
        error goes 7/16 right, 3/16, 5/16 and 1/16 to the row below; whole numbers, rounded as Pillow does.
        """,
        related: ["filters.xdog", "filters.oil_paint"]),
    ]
  }
}
