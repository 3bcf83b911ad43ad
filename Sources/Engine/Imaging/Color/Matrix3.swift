internal import TensorCore

/// A 3 × 3 matrix in double precision, row by row: how one colour space's channels follow from another's.
struct Matrix3 {
  let rows: [[Double]]

  init(_ rows: [[Double]]) { self.rows = rows }

  /// The inverse, by cofactors, so that conversions and their inverses are made from one published table.
  var inverse: Matrix3 {
    func minor(_ row: Int, _ column: Int) -> Double {
      let (a, b) = ((row + 1) % 3, (row + 2) % 3), (c, d) = ((column + 1) % 3, (column + 2) % 3)
      return rows[a][c] * rows[b][d] - rows[a][d] * rows[b][c]
    }
    let determinant = (0..<3).reduce(0) { $0 + rows[0][$1] * minor(0, $1) }
    return Matrix3((0..<3).map { row in (0..<3).map { minor($0, row) / determinant } })
  }

  /// The matrix with each column multiplied by a number: the input channels are scaled first.
  func scalingInputs(_ factors: [Double]) -> Matrix3 { Matrix3(rows.map { zip($0, factors).map(*) }) }

  /// The matrix with each row divided by a number: the output channels are scaled last.
  func dividingOutputs(_ divisors: [Double]) -> Matrix3 {
    Matrix3(zip(rows, divisors).map { row, divisor in row.map { $0 / divisor } })
  }
}

extension Tensor {
  /// Every pixel's channels multiplied by a matrix. self: N × 3 × H × W, f32 or f64.
  func mixed(_ matrix: Matrix3) throws -> Tensor {
    let weights = try Tensor(doubles: matrix.rows.flatMap { $0 }, [1, 3, 3]).to(dtype).expand([shape[0], 3, 3])
    return try weights.matmul(reshape([shape[0], 3, shape[2] * shape[3]])).reshape(shape)
  }

  /// One channel of a batch, N × 1 × H × W.
  func channel(_ index: Int) throws -> Tensor { try narrow(1, index, 1) }

  /// A number for each of the three channels, to be added to a batch.
  func offset(_ values: [Double]) throws -> Tensor { try Tensor(doubles: values, [1, 3, 1, 1]).to(dtype) }
}
