/// Planar picture values in plain Swift memory: channel after channel, each row by row from the top.
public struct Bitmap {
  public let channels: Int
  public let width: Int
  public let height: Int
  /// `channels · height · width` values.
  public var values: [Float]

  /// A bitmap of one value.
  public init(channels: Int, width: Int, height: Int, value: Float = 0) {
    self.channels = channels
    self.width = width
    self.height = height
    values = [Float](repeating: value, count: channels * width * height)
  }

  /// The value of a channel at a pixel.
  public subscript(channel: Int, y: Int, x: Int) -> Float {
    get { values[(channel * height + y) * width + x] }
    set { values[(channel * height + y) * width + x] = newValue }
  }
}
