/// What `scenes.library` can be asked for.
public struct SceneSettings {
  /// The season: foliage, grass, blossom, snow on the ground.
  public enum Season: String, CaseIterable, Sendable { case spring, summer, autumn, winter }
  /// The time: where the light comes from and its colour; windows and lamps are lit from dusk to dawn.
  public enum Time: String, CaseIterable, Sendable { case dawn, day, dusk, night }
  /// The weather: clouds, rain, falling snow, fog.
  public enum Weather: String, CaseIterable, Sendable { case clear, cloudy, rain, snow, fog }

  /// Pixels.
  public var width = 768
  /// Pixels.
  public var height = 512
  /// Colours of plants and ground.
  public var season = Season.summer
  /// Where the light comes from, and its colour.
  public var time = Time.day
  /// Sky, haze and what falls from it.
  public var weather = Weather.clear
  /// Different numbers give different clouds, trees, hills, lit windows and bricks; the same number the same picture.
  public var seed: UInt64 = 1

  /// The standard settings.
  public init() {}
}

/// The classes of the label mask, by number. Numbers do not change between versions.
public enum SceneLabel: UInt8, CaseIterable {
  case sky = 1
  case cloud = 2
  /// The sun's or the moon's disc.
  case sun = 3
  case hill = 4
  /// Walls, columns, mouldings.
  case building = 5
  case roof = 6
  case clock = 7
  case window = 8
  case door = 9
  case steps = 10
  case tree = 11
  /// Shrubs, hedges and flowers.
  case shrub = 12
  case grass = 13
  case path = 14
  case lamp = 15
}
