import Foundation
import Imaging
import Surface
import TensorCore
import TestSupport
import Testing

/// A folder of pictures as a sequence.
@Suite(.serialized) @MainActor struct FolderTests {
  private func filled() throws -> Scratch {
    let scratch = try Scratch()
    let manager = FileManager.default
    try manager.createDirectory(atPath: scratch("inside"), withIntermediateDirectories: true)
    for (index, name) in ["10.png", "9.png", "B2.png", "a10.PNG", "a9.png", "a009b.png", "inside/1.webp"].enumerated() {
      let picture = try Tensor.full([3, 4, 5 + index], 0.5)
      try ImageFile.save(picture, to: scratch(name))
    }
    for name in ["notes.txt", ".hidden.png", "none"] { _ = try scratch.file(name, [1, 2, 3]) }
    return scratch
  }

  @Test(.proves("images.folder", "folder:names", "folder:path", "folder #", "folder []")) func listsInNaturalOrder()
    throws
  {
    let scratch = try filled()
    let folder = try PictureFolder(scratch.path)
    #expect(folder.names == ["9.png", "10.png", "a9.png", "a009b.png", "a10.PNG", "B2.png"])
    #expect(folder.count == 6 && folder.display().hasSuffix(": 6 files"))
    #expect(try folder.picture(0).shape == [3, 4, 6])
    #expect(folder.path(1) == scratch("10.png"))
    let all = try PictureFolder(scratch.path + "/", recursive: true, .init(maxSize: 6))
    #expect(all.names.last == "inside/1.webp" && all.count == 7)
    #expect(try all.picture(6).shape == [3, 2, 6])
  }

  @Test func linksDoNotGoRound() throws {
    let scratch = try filled()
    try FileManager.default.createSymbolicLink(atPath: scratch("inside/up"), withDestinationPath: scratch.path)
    try FileManager.default.createSymbolicLink(atPath: scratch("link.png"), withDestinationPath: scratch("9.png"))
    try FileManager.default.createSymbolicLink(atPath: scratch("gone.png"), withDestinationPath: scratch("nothing.png"))
    let names = try PictureFolder(scratch.path, recursive: true).names
    #expect(names.count == 8 && names.contains("link.png"))
  }

  @Test func badFilesAreNamedWhenTheirTurnComes() throws {
    let scratch = try filled()
    _ = try scratch.file("8.png", Array("no picture".utf8))
    let folder = try PictureFolder(scratch.path)
    #expect(message { _ = try folder.picture(0) }.contains("\(scratch("8.png")): it is text"))
    #expect(try folder.picture(1).shape == [3, 4, 6])
    try FileManager.default.removeItem(atPath: scratch("10.png"))
    #expect(message { _ = try folder.picture(2) }.hasPrefix("images.folder: there is no file \(scratch("10.png"))"))
  }

  @Test func refusesWhatIsNoFolder() throws {
    let scratch = try filled()
    #expect(message { _ = try PictureFolder(scratch("no")) } == "images.folder: there is no folder \(scratch("no"))")
    #expect(
      message { _ = try PictureFolder(scratch("9.png")) } == "images.folder: \(scratch("9.png")) is not a folder")
    #expect(message { _ = try PictureFolder("") } == "images.folder: expected the path of a folder, got \"\"")
  }
}
