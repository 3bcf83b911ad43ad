import Classic
import Imaging
import Surface
import TensorCore
import TestSupport
import Testing

/// The procedural pictures.
@Suite(.serialized) @MainActor struct SceneTests {
  private func draw(_ change: (inout SceneSettings) -> Void) throws -> (picture: Bitmap, labels: [UInt8]) {
    var settings = SceneSettings()
    settings.width = 192
    settings.height = 128
    change(&settings)
    return try Scenes.library(settings)
  }

  private func mean(_ bitmap: Bitmap) -> Float { bitmap.values.reduce(0, +) / Float(bitmap.values.count) }

  @Test func isDeterministic() throws {
    let first = try draw { $0.seed = 5 }, again = try draw { $0.seed = 5 }, other = try draw { $0.seed = 6 }
    #expect(first.picture.values == again.picture.values && first.labels == again.labels)
    #expect(first.picture.values != other.picture.values)
  }

  @Test func stopsForAnInterrupt() throws {
    Interrupt.raise()
    defer { Interrupt.clear() }
    #expect(throws: Interrupted.self) { _ = try draw { _ in } }
  }

  @Test func everySettingDraws() throws {
    var seen = Set<[Float]>()
    for season in SceneSettings.Season.allCases {
      for time in SceneSettings.Time.allCases {
        // Every weather once with every time and once with every season.
        for weather in SceneSettings.Weather.allCases
        where weather == .clear || season == .autumn || (time == .day && weather != .cloudy) {
          let (picture, labels) = try draw {
            $0.width = 96
            $0.height = 64
            $0.season = season
            $0.time = time
            $0.weather = weather
          }
          #expect(picture.values.allSatisfy { (0...1).contains($0) })
          #expect(labels.allSatisfy { SceneLabel(rawValue: $0) != nil })
          #expect(seen.insert(picture.values).inserted, "\(season) \(time) \(weather) looks like another")
        }
      }
    }
  }

  @Test(.proves("scenes.library")) func showsWhatItSays() throws {
    let day = try draw { _ in }, night = try draw { $0.time = .night }
    let winter = try draw {
      $0.season = .winter
      $0.weather = .snow
    }
    #expect(mean(day.picture) > mean(night.picture) + 0.15)
    #expect(mean(winter.picture) > 0.3)
    for label in [SceneLabel.sky, .cloud, .building, .roof, .clock, .window, .tree, .grass, .path, .steps] {
      let found = day.labels.contains(label.rawValue)
      #expect(found, "no \(label)")
    }
    #expect(night.labels.contains(SceneLabel.sun.rawValue))
    // The same place means the same thing by day and by night.
    let same = zip(day.labels, night.labels).filter { $0 == $1 }.count
    #expect(same > day.labels.count * 4 / 5)
  }

  @Test func compositionDoesNotDependOnSize() throws {
    let small = try draw { _ in }
    let large = try draw {
      $0.width = 384
      $0.height = 256
    }
    var same = 0
    for y in 0..<128 {
      for x in 0..<192 where small.labels[y * 192 + x] == large.labels[y * 2 * 384 + x * 2] { same += 1 }
    }
    #expect(same > 192 * 128 * 85 / 100)
    for (width, height) in [(16, 16), (400, 30), (30, 400), (1, 1)] {
      let odd = try draw {
        $0.width = width
        $0.height = height
      }
      #expect(odd.picture.values.count == 3 * width * height)
    }
  }

  @Test func entriesGiveTensors() throws {
    let function = try #require(SceneEntries.all().first)
    let table = Table(fields: [("width", .integer(48)), ("height", .integer(32)), ("season", .string("autumn"))])
    let result = try [Value.table(table)].withUnsafeBufferPointer {
      try function.body(Arguments(function, $0.baseAddress!, count: 1))
    }
    guard case .many(let values) = result, case .object(let first) = values[0], case .object(let second) = values[1]
    else {
      Issue.record("two results are expected")
      return
    }
    #expect((first as? Tensor)?.shape == [3, 32, 48])
    #expect((second as? Tensor)?.shape == [1, 32, 48] && (second as? Tensor)?.dtype == .i32)
    let wrong = Table(fields: [("season", .string("sumer"))])
    let text = [Value.table(wrong)].withUnsafeBufferPointer { buffer in
      message { _ = try function.body(Arguments(function, buffer.baseAddress!, count: 1)) }
    }
    #expect(text.contains("did you mean \"summer\"?"))
  }
}
