import Classic
import Surface
import TensorCore
import TestSupport
import Testing

/// What holds for every filter of the registry.
@Suite(.serialized) @MainActor struct FilterSampleTests {
  @Test func `every filter has a sample`() {
    let names = Set(FilterEntries.all().map(\.name)), sampled = Set(FilterSample.all.map(\.name))
    #expect(names == sampled, "\(names.symmetricDifference(sampled).sorted())")
  }

  @Test(arguments: FilterSample.all) func `tiny pictures work`(filter: FilterSample) throws {
    for shape in [[3, 1, 1], [1, 1, 20], [4, 17, 1], [2, 2, 2], [6, 3, 4]] {
      let result = try filter.apply(Pictures.noise(shape))
      #expect(try result.shape == shape && result.floats().allSatisfy(\.isFinite))
    }
  }

  @Test(arguments: FilterSample.all.filter(\.keepsFlat)) func `a flat picture stays`(filter: FilterSample) throws {
    for size in [1, 9, 40] {
      let flat = try Tensor.full([3, size, size], 0.5)
      #expect(try difference(filter.apply(flat), flat) < 1e-5)
    }
  }

  @Test(arguments: FilterSample.all.filter(\.batches))
  func `a batch is its pictures one by one`(filter: FilterSample) throws {
    let batch = try Pictures.noise([3, 3, 14, 21])
    let result = try filter.apply(batch)
    for image in 0..<3 {
      #expect(try difference(result.select(0, image), filter.apply(batch.select(0, image))) < 1e-6)
    }
    let strided = try batch.transpose(2, 3).copy().transpose(2, 3)
    #expect(try difference(filter.apply(strided), result) < 1e-6)
  }

  @Test(arguments: FilterSample.all) func `the argument stays as it was`(filter: FilterSample) throws {
    let picture = try Pictures.noise([3, 18, 33]), before = try picture.copy()
    _ = try filter.apply(picture)
    #expect(try identical(picture, before))
  }

  @Test(arguments: FilterEntries.all().map(\.name)) func `wrong pictures and masks are refused`(name: String) throws {
    let sample = try #require(FilterSample.all.first { $0.name == name }), picture = try Pictures.noise([3, 6, 6])
    func refused(_ part: String, _ picture: Tensor, _ scope: FilterScope = .init()) {
      let text = message { _ = try sample.apply(picture, scope) }
      #expect(text.hasPrefix("filters.\(name): ") && text.contains(part), "\(text)")
    }
    refused("a batch N×C×H×W, got a tensor of 6×6", try picture.select(0, 0))
    refused("a picture with pixels, got one of 3×0×6", try Tensor.zeros([3, 0, 6]))
    refused("floating-point numbers from 0 to 1, got one of u8", try picture.to(.u8))
    refused("a mask of 6×6, as large as the picture, got 6×7", picture, .init(mask: try Tensor.ones([6, 7])))
    refused("a mask with values from 0 to 1", picture, .init(mask: try Tensor.full([6, 6], 1.5)))
    refused("a mask with values from 0 to 1", picture, .init(mask: try Tensor.full([6, 6], .nan)))
  }
}
