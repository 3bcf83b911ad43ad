internal import CKernels
internal import Surface

extension Tensor {
  /// The planes of pictures N×C×H×W.
  private var planes: Int { dims[0] * dims[1] }

  /// The side of square tiles for windows that reach `reach` pixels in all: what stands around a tile is no more than
  /// the tile again in each direction.
  private static func tile(_ reach: Int) -> Int { Swift.max(96, reach) }

  /// The number of tiles of a side that cover a plane.
  private static func tiles(_ height: Int, _ width: Int, _ side: Int) -> Int {
    Int(ck_tiles(Int64(height), Int64(width), Int64(side)))
  }

  /// The median of every window of `size` × `size` (odd). self: f32 [N, C, H, W]; rows, columns: which row and column
  /// stand at every place from size/2 before the first to size/2 behind the last, −1: zeros. Sizes up to 7 go through
  /// sorting networks, larger ones through sorted tiles (Suomela 2014). It has no gradient.
  package func windowMedian(_ size: Int, rows: [Int], columns: [Int]) throws -> Tensor {
    let (height, width) = (dims[2], dims[3])
    guard dtype == .f32, rank == 4, size % 2 == 1, rows.count == height + size - 1, columns.count == width + size - 1,
      rows.allSatisfy({ (-1..<height).contains($0) }), columns.allSatisfy({ (-1..<width).contains($0) })
    else { preconditionFailure("windowMedian: windows of \(size) over \(dims.text)") }
    let x = try detached().contiguous()
    let y = try Tensor.empty(dims, .f32, for: "median")
    let side = Tensor.tile(size)
    var plan = ck_median()
    plan.planes = Int64(planes)
    plan.height = Int64(height)
    plan.width = Int64(width)
    plan.size = Int64(size)
    plan.tile = Int64(side)
    try withExtendedLifetime(x) {
      try rows.map(Int64.init).withUnsafeBufferPointer { rows in
        try columns.map(Int64.init).withUnsafeBufferPointer { columns in
          plan.rows = rows.baseAddress
          plan.columns = columns.baseAddress
          plan.x = UnsafePointer(x.pixels)
          plan.out = y.pixels
          if size <= 7 {
            try Tensor.runPicture(
              "median", CK_PICTURE_median, plan, rows: planes * height, perChunk: 4, scratch: 21 * 288 * 4)
          } else {
            try Tensor.runPicture(
              "median", CK_PICTURE_median_tile, plan, rows: planes * Tensor.tiles(height, width, side), perChunk: 1,
              scratch: 20 * (side + size) * (side + size))
          }
        }
      }
    }
    return y
  }

  /// The least, or largest, value under a shape. self: f32 [N, C, H, W]; the shape has `size` rows of runs of columns, nil:
  /// a square; its pixel (size/2, size/2) lies over the output's. Outside nothing counts. It has no gradient.
  package func windowExtreme(_ size: Int, runs: [(start: Int, length: Int)]?, largest: Bool) throws -> Tensor {
    guard dtype == .f32, rank == 4, size >= 1, runs.map({ $0.count == size }) ?? true
    else { preconditionFailure("windowExtreme: a shape of \(size) over \(dims.text)") }
    let (height, width, side) = (dims[2], dims[3], Tensor.tile(size))
    let x = try detached().contiguous()
    let y = try Tensor.empty(dims, .f32, for: "morphology")
    var plan = ck_morphology()
    plan.planes = Int64(planes)
    plan.height = Int64(height)
    plan.width = Int64(width)
    plan.size = Int64(size)
    plan.tile = Int64(side)
    plan.largest = largest ? 1 : 0
    let starts = (runs ?? []).map { Int64($0.start) }, lengths = (runs ?? []).map { Int64($0.length) }
    let rows = planes * Tensor.tiles(height, width, side)
    try withExtendedLifetime(x) {
      try starts.withUnsafeBufferPointer { starts in
        try lengths.withUnsafeBufferPointer { lengths in
          plan.starts = runs == nil ? nil : starts.baseAddress
          plan.lengths = runs == nil ? nil : lengths.baseAddress
          plan.x = UnsafePointer(x.pixels)
          plan.out = y.pixels
          try Tensor.runPicture(
            "morphology", CK_PICTURE_morphology, plan, rows: rows, perChunk: 1,
            scratch: 8 * ((side + size) * (side + size) + 16))
        }
      }
    }
    return y
  }

  /// Oil paint: every pixel becomes the blend of its window's mean colors, one for each bin of `tone`, by (share of the
  /// window)^sharpness; sharpness 0 takes the fullest bin. self: f32 [N, C, H, W], tone: [N, 1, H, W], 0 to 1. Windows
  /// of 2·radius + 1 are cut off at the border. It has no gradient.
  package func oilPaint(tone: Tensor, radius: Int, bins: Int, sharpness: Double) throws -> Tensor {
    guard dtype == .f32, rank == 4, tone.dtype == .f32, tone.shape == [dims[0], 1, dims[2], dims[3]], radius > 0,
      (1...256).contains(bins)
    else { preconditionFailure("oilPaint: \(dims.text) by \(tone.dims.text), radius \(radius), \(bins) bins") }
    let x = try detached().contiguous(), light = try tone.detached().contiguous()
    let y = try Tensor.empty(dims, .f32, for: "oil_paint")
    let side = Tensor.tile(2 * radius)
    var plan = ck_oil()
    plan.images = Int64(dims[0])
    plan.channels = Int64(dims[1])
    plan.height = Int64(dims[2])
    plan.width = Int64(dims[3])
    plan.radius = Int64(radius)
    plan.bins = Int64(bins)
    plan.tile = Int64(side)
    plan.sharpness = Float(sharpness)
    try withExtendedLifetime((x, light)) {
      plan.x = UnsafePointer(x.pixels)
      plan.tone = UnsafePointer(light.pixels)
      plan.out = y.pixels
      let floats = 3 * Int(ck_field(plan.tile, plan.radius)) + 6 * (side * side + 16)
      try Tensor.runPicture(
        "oil_paint", CK_PICTURE_oil, plan, rows: dims[0] * Tensor.tiles(dims[2], dims[3], side), perChunk: 1,
        scratch: 4 * floats)
    }
    return y
  }

  /// Every plane of f32 [N, C, H, W] in 0 and 1 by Floyd and Steinberg's error diffusion, in levels of 0 to 255. It has
  /// no gradient.
  package func errorDiffused() throws -> Tensor {
    guard dtype == .f32, rank == 4 else { preconditionFailure("errorDiffused: \(dims.text)") }
    let x = try detached().contiguous()
    let y = try Tensor.empty(dims, .f32, for: "halftone")
    var plan = ck_error_diffusion()
    plan.planes = Int64(planes)
    plan.height = Int64(dims[2])
    plan.width = Int64(dims[3])
    try withExtendedLifetime(x) {
      plan.x = UnsafePointer(x.pixels)
      plan.out = y.pixels
      try Tensor.runPicture(
        "halftone", CK_PICTURE_error_diffusion, plan, rows: planes, perChunk: 1, scratch: 4 * (dims[3] + 2))
    }
    return y
  }

  /// A halftone screen over tones f32 [N, C, H, W], 0 to 1 → the share of ink at every pixel. The phases of the pixels
  /// are `across` [4, W] and `down` [4, H] (cos and sin of u's, then of v's), `levels` [257] what s = cos u + cos v must
  /// exceed for a tone, `scale` the phases' change from pixel to pixel. It has no gradient.
  package func screened(across: Tensor, down: Tensor, levels: Tensor, scale: Double, softness: Double) throws -> Tensor
  {
    guard [self, across, down, levels].allSatisfy({ $0.dtype == .f32 }), rank == 4, across.shape == [4, dims[3]],
      down.shape == [4, dims[2]], levels.shape == [257]
    else { preconditionFailure("screened: \(dims.text), phases of \(across.dims.text) and \(down.dims.text)") }
    let x = try detached().contiguous(), a = try across.contiguous(), d = try down.contiguous()
    let table = try levels.contiguous(), y = try Tensor.empty(dims, .f32, for: "halftone")
    var plan = ck_screen()
    plan.planes = Int64(planes)
    plan.height = Int64(dims[2])
    plan.width = Int64(dims[3])
    plan.scale = Float(scale)
    plan.softness = Float(softness)
    try withExtendedLifetime((x, a, d, table)) {
      plan.across = UnsafePointer(a.pixels)
      plan.down = UnsafePointer(d.pixels)
      plan.levels = UnsafePointer(table.pixels)
      plan.x = UnsafePointer(x.pixels)
      plan.out = y.pixels
      try Tensor.runPicture("halftone", CK_PICTURE_screen, plan, rows: planes * dims[2], perChunk: 16)
    }
    return y
  }

  /// A guided filter: in every window of 2·radius + 1 (cut off at the border) self is fitted as a line over the guide,
  /// slopes damped by epsilon; a pixel becomes the mean of its windows' lines. self: f32 [N, C, H, W]; guide: [N or 1, 1
  /// or 3, H, W]. It has no gradient. Source: He, Sun, Tang 2010.
  package func guidedFilter(_ guide: Tensor, radius: Int, epsilon: Double) throws -> Tensor {
    guard dtype == .f32, guide.dtype == .f32, rank == 4, guide.rank == 4, radius > 0, guide.dims[2] == dims[2],
      guide.dims[3] == dims[3], [1, dims[0]].contains(guide.dims[0]), [1, 3].contains(guide.dims[1])
    else { preconditionFailure("guidedFilter: \(dims.text) by \(guide.dims.text), radius \(radius)") }
    let x = try detached().contiguous(), beside = guide === self ? x : try guide.detached().contiguous()
    let y = try Tensor.empty(dims, .f32, for: "guided")
    let side = Tensor.tile(2 * radius), guides = guide.dims[1]
    let lines = try Tensor.empty(Dims([dims[0], dims[1], guides + 1, dims[2], dims[3]]), .f32, for: "guided")
    var plan = ck_guided()
    plan.images = Int64(dims[0])
    plan.channels = Int64(dims[1])
    plan.guides = Int64(guides)
    plan.height = Int64(dims[2])
    plan.width = Int64(dims[3])
    plan.radius = Int64(radius)
    plan.tile = Int64(side)
    plan.shared = guide.dims[0] < dims[0] ? 1 : 0
    plan.epsilon = Float(epsilon)
    try withExtendedLifetime((x, beside, lines)) {
      plan.x = UnsafePointer(x.pixels)
      plan.guide = UnsafePointer(beside.pixels)
      plan.lines = lines.pixels
      plan.out = y.pixels
      let rows = dims[0] * Tensor.tiles(dims[2], dims[3], side)
      let scratch = 4 * (2 * Int(ck_field(plan.tile, plan.radius)) + 19 * side * side)
      try Tensor.runPicture("guided", CK_PICTURE_guided_fit, plan, rows: rows, perChunk: 1, scratch: scratch)
      try Tensor.runPicture("guided", CK_PICTURE_guided_apply, plan, rows: rows, perChunk: 1, scratch: scratch)
    }
    return y
  }
}
