internal import Surface
package import TensorCore

/// Checks that tensors are pictures: the last three axes are channels × height × width.
package enum PictureShape {
  /// A single picture C × H × W with 1 to 4 channels and no empty side; H × W and batches of one are reshaped.
  package static func single(_ tensor: Tensor, _ operation: String) throws -> Tensor {
    var shape = tensor.shape
    if shape.count == 2 { shape.insert(1, at: 0) }
    if shape.count == 4, shape[0] == 1 { shape.removeFirst() }
    guard shape.count == 3, (1...4).contains(shape[0]), shape[1] > 0, shape[2] > 0 else {
      throw EngineError(
        operation, expected: "a picture of 1 to 4 channels × height × width", came: tensor.shape.shapeText,
        advice: advice(tensor.shape))
    }
    guard shape[1] <= Int(Int32.max), shape[2] <= Int(Int32.max) else {
      throw EngineError(operation, "a picture of \(shape[2]) × \(shape[1]) pixels is too large")
    }
    return tensor.rank == 3 ? tensor : try tensor.reshape(shape)
  }

  /// A picture or a batch: rank 3 or 4 with non-empty sides.
  package static func any(_ tensor: Tensor, _ operation: String) throws {
    guard tensor.rank == 3 || tensor.rank == 4, tensor.shape.suffix(2).allSatisfy({ $0 > 0 }) else {
      throw EngineError(
        operation, expected: "a picture (channels × height × width) or a batch of pictures",
        came: "a tensor of \(tensor.shape.shapeText)", advice: advice(tensor.shape))
    }
  }

  private static func advice(_ shape: [Int]) -> String? {
    if shape.count == 4, shape[0] > 1 { return "pick one of the batch, as in batch[1], or make a grid" }
    if shape.count == 3, (1...4).contains(shape[2]) { return "are the channels last? x:permute(3, 1, 2) moves them" }
    return nil
  }
}
