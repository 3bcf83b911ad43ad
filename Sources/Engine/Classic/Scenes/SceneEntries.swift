internal import Imaging
public import Surface
internal import TensorCore

/// What scripts find in the table `scenes`.
public enum SceneEntries {
  /// All entries, built on call.
  public static func all() -> [Function] { [library()] }

  private static func library() -> Function {
    Function(
      .module("scenes"), "library",
      "Draws a library with a clock tower in its park: a picture for trying things, with a mask of what is where.",
      options: [
        .optional("width", .integer, "of the picture", .integer(768), range: 16...8192, unit: "pixels"),
        .optional("height", .integer, "of the picture", .integer(512), range: 16...8192, unit: "pixels"),
        .optional(
          "season", .choice(SceneSettings.Season.allCases.map(\.rawValue)), "foliage, flowers, snow on the ground",
          .string("summer")),
        .optional(
          "time", .choice(SceneSettings.Time.allCases.map(\.rawValue)), "the light; lamps burn from dusk to dawn",
          .string("day")),
        .optional(
          "weather", .choice(SceneSettings.Weather.allCases.map(\.rawValue)), "clouds, rain, falling snow, fog",
          .string("clear")),
        .optional(
          "seed", .integer, "varies clouds, hills, trees, bricks and lit windows", .integer(1), range: 0...0x1p53),
      ],
      returns: "the picture (3 × height × width) and the class numbers (1 × height × width, i32): " + classes,
      example: """
        local picture, classes = scenes.library{width = 192, height = 128, season = "autumn", time = "dusk", seed = 7}
        assert(picture:size(3) == 192 and classes:size(1) == 1)
        assert(classes:max():item() <= 15 and classes:min():item() >= 1)
        """
    ) { arguments in
      let options = try arguments.options
      var settings = SceneSettings()
      settings.width = try options.integer("width")
      settings.height = try options.integer("height")
      settings.season = .init(rawValue: try options.string("season")) ?? .summer
      settings.time = .init(rawValue: try options.string("time")) ?? .day
      settings.weather = .init(rawValue: try options.string("weather")) ?? .clear
      settings.seed = UInt64(try options.integer("seed"))
      let (picture, labels) = try Scenes.library(settings)
      let mask = try Tensor(labels.map(Float.init), [1, settings.height, settings.width]).to(.i32)
      return .many([.object(try picture.tensor()), .object(mask)])
    }
  }

  /// `1 sky, 2 cloud, …`, from the table of classes.
  static var classes: String {
    SceneLabel.allCases.map { "\($0.rawValue) \($0)" }.joined(separator: ", ")
  }
}
