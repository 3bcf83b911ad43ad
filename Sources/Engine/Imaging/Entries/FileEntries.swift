internal import Surface
internal import TensorCore

/// Pictures in files: reading, writing, animations, folders.
extension ImageEntries {
  /// How pictures are read, for one file or a folder of them.
  private static var reading: [Option] {
    [
      .optional(
        "max_size", .integer,
        "longest side; a larger picture is shrunk (bicubic; a JPEG from 1/2, 1/4 or 1/8 of its size where that is enough, "
          + "with slightly other values), a smaller one stays", range: pixels, unit: "pixels"),
      .optional("alpha", .bool, "return 4 channels, the last one alpha, instead of compositing", .bool(false)),
      .optional(
        "profile", .choice(["srgb", "keep"]),
        "srgb: colours as the file's ICC profile (in a PNG also gAMA and cHRM) means them; keep: the file's numbers",
        .string("srgb")),
    ]
  }

  private static func reading(_ options: Options) throws -> ImageFile.Reading {
    ImageFile.Reading(
      maxSize: try options.integerIfAny("max_size"), alpha: try options.bool("alpha"),
      convertsProfile: try options.string("profile") == "srgb")
  }

  static func load() -> Function {
    Function(
      .module("images"), "load",
      "Reads a PNG, JPEG, WebP, PGM or PPM as 3 × height × width, 0 to 1, upright, sRGB; transparency is composited on "
        + "white with a notice.",
      [Option("path", .path, "the file; its content decides the format, not its name")],
      options: reading, returns: "a tensor, the picture",
      source:
        "profiles: Little CMS, perceptual intent, as Pillow's ImageCms; one that is sRGB within 1/255 changes nothing",
      example: """
        local path = os.tmpname() .. ".png"
        images.save(scenes.library{width = 96, height = 64}, path)
        local img = images.load(path, {max_size = 48})
        assert(img:size(1) == 3 and img:size(2) == 32 and img:size(3) == 48)
        os.remove(path)
        """
    ) { arguments in
      .object(try ImageFile.load(try arguments.string(0), reading(try arguments.options)))
    }
  }

  static func save() -> Function {
    Function(
      .module("images"), "save",
      "Writes a picture as PNG, JPEG, WebP, PGM or PPM, by the name's extension; the file appears complete or not at all.",
      [
        Option(
          "img", tensor,
          "1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGB, alpha) × height × width; values are clamped to 0…1"
        ),
        Option("path", .path, "the file, ending in .png, .jpg, .jpeg, .webp, .ppm, .pgm or .pnm"),
      ],
      options: [
        .optional(
          "quality", .integer, "of a JPEG or WebP; a JPEG's colour keeps its full resolution from 90 on", .integer(95),
          range: 1...100),
        .optional(
          "bits", .integer, "per channel of a PNG, PGM or PPM: 8 or 16", .integer(8), range: 8...16, unit: "bits"),
        .optional("lossless", .bool, "a WebP keeps every 8-bit value", .bool(false)),
        .optional("optimize", .bool, "a JPEG gets tables of its own: somewhat smaller, slower to write", .bool(false)),
        .optional("description", .string, "what made the picture; kept as text in all but WebP files"),
      ],
      example: """
        local path = os.tmpname() .. ".jpg"
        images.save(scenes.library{width = 96, height = 64, season = "autumn"}, path, {quality = 90})
        assert(images.load(path):size(3) == 96)
        os.remove(path)
        """
    ) { arguments in
      let options = try arguments.options
      let bits = try options.integer("bits")
      guard bits == 8 || bits == 16 else {
        throw EngineError("images.save", "option 'bits' must be 8 or 16, got \(bits)")
      }
      let writing = ImageFile.Writing(
        quality: try options.integer("quality"), bits: bits, lossless: try options.bool("lossless"),
        optimize: try options.bool("optimize"), description: try options.stringIfAny("description"))
      try ImageFile.save(try arguments.object(0, as: Tensor.self), to: try arguments.string(1), writing)
      return .none
    }
  }

  static func saveAnimation() -> Function {
    Function(
      .module("images"), "save_animation",
      "Writes pictures of one size as an animated PNG, which browsers play; other programs show the first picture.",
      [many, Option("path", .path, "the file, ending in .png or .apng")],
      options: [
        .optional("fps", .number, "pictures per second; 12 without fps and delay", range: 0.002...65535, unit: "1/s"),
        .optional(
          "delay", .either([.number, .list(.number)]),
          "instead of fps: how long each picture stands, 0 to 655; of a list, the last counts for the rest",
          unit: "seconds"),
        .optional("loops", .integer, "how often it runs; 0: without end", .integer(0), range: 0...2_147_483_647),
      ],
      source: "PNG specification, third edition: acTL, fcTL, fdAT",
      example: """
        local path = os.tmpname() .. ".png"
        local frames = {}
        for i = 1, 4 do frames[i] = images.rotate(scenes.library{width = 48, height = 32}, 10 * i) end
        images.save_animation(frames, path, {fps = 10, loops = 1})
        assert(images.load(path):allclose(frames[1], {atol = 0.002}))
        os.remove(path)
        """
    ) { arguments in
      let options = try arguments.options
      if options.has("fps"), options.has("delay") {
        throw EngineError(arguments.function.qualifiedName, expected: "fps or delay", came: "both")
      }
      let rate = try options.numberIfAny("fps") ?? 12
      let delays = options.has("delay") ? try numbers(options, "delay") : [1 / rate]
      let timing = Animation.Timing(delays: delays, loops: try options.integer("loops"))
      try Animation.save(try pictures(arguments), to: try arguments.string(1), timing)
      return .none
    }
  }

  static func folder() -> Function {
    Function(
      .module("images"), "folder",
      "Lists a folder's pictures in natural order (2.png before 10.png); each is read when it is asked for.",
      [Option("path", .path, "the folder; names that end as picture formats do count, hidden ones do not")],
      options: [.optional("recursive", .bool, "folders inside count too", .bool(false))] + reading,
      returns: "a sequence f: #f, f[i], for i, img in ipairs(f), f:names(), f:path(i)",
      example: """
        local name = os.tmpname()
        os.remove(name)
        local stem = name:match("[^/]*$")
        local img = scenes.library{width = 24, height = 16}
        images.save(img, name .. "-10.png")
        images.save(images.flip(img), name .. "-9.png")
        local f, seen = images.folder(name:match("^(.*)/"), {max_size = 12}), {}
        for i, path in ipairs(f:names()) do
          if path:find(stem, 1, true) then seen[#seen + 1] = i end
        end
        assert(#seen == 2 and f:names()[seen[1]] == stem .. "-9.png" and f[seen[1]]:size(3) == 12)
        os.remove(name .. "-10.png")
        os.remove(name .. "-9.png")
        """
    ) { arguments in
      let options = try arguments.options
      return .object(
        try PictureFolder(arguments.string(0), recursive: options.bool("recursive"), reading(options)))
    }
  }

  /// A number or a list of numbers.
  static func numbers(_ options: Options, _ name: String) throws -> [Double] {
    if let number = options[name].double { return [number] }
    guard case .table(let table) = options[name], !table.list.isEmpty else {
      throw options.mismatch(name, "a number or a list of numbers")
    }
    return try table.list.map { value in
      guard let number = value.double, number.isFinite else {
        throw options.mismatch(name, "a number or a list of numbers")
      }
      return number
    }
  }
}

/// What scripts may do with a folder of pictures.
enum FolderEntries {
  /// The script type; made once, for the engine thread.
  nonisolated(unsafe) static let type = ScriptType(
    name: "folder", summary: "the pictures of a folder, each read when it is asked for",
    methods: [names(), path()],
    operators: ["len": length()], index: index(),
    answers: [
      "size": "use #f", "load": "f[i] reads a picture", "pairs": "use for i, img in ipairs(f) do … end",
    ])

  /// Lua that makes a folder `f` of one picture `img`, before the lines of an example, and cleans up after them.
  private static func example(_ lines: String) -> String {
    """
    local name = os.tmpname()
    os.remove(name)
    local path = name .. ".png"
    images.save(scenes.library{width = 24, height = 16}, path)
    local f = images.folder(name:match("^(.*)/"))
    \(lines)
    os.remove(path)
    """
  }

  private static func position(_ arguments: borrowing Arguments, in folder: PictureFolder) throws -> Int {
    guard let position = arguments[1].exactInteger else { throw arguments.mismatch(1, "an integer") }
    let place = try scriptPosition(position, "folder")
    let index = place < 0 ? place + folder.count : place
    guard (0..<folder.count).contains(index) else {
      throw EngineError(
        "folder", "there is no picture \(position)", advice: "\(folder.path) has \(folder.count), counted from 1")
    }
    return index
  }

  private static func length() -> Function {
    Function(
      .operation("folder"), "#", "The number of pictures.", returns: "an integer",
      example: example("assert(#f >= 1 and #f == #f:names())")
    ) { .integer(try $0.object(0, as: PictureFolder.self).count) }
  }

  private static func index() -> Function {
    Function(
      .operation("folder"), "[]", "Reads a picture; a damaged file is an error that names it.",
      [Option("i", .integer, "its position, from 1, or from -1 at the end")], returns: "a tensor, the picture",
      example: example("for i, p in ipairs(f:names()) do if f:path(i) == path then assert(f[i]:size(3) == 24) end end")
    ) { arguments in
      let folder = try arguments.object(0, as: PictureFolder.self)
      return .object(try folder.picture(position(arguments, in: folder)))
    }
  }

  private static func names() -> Function {
    Function(
      .method("folder"), "names", "The files' names, relative to the folder, in order.", returns: "a list of strings",
      example: example("assert(type(f:names()[1]) == 'string')")
    ) { .table(Table(list: try $0.object(0, as: PictureFolder.self).names.map { .string($0) })) }
  }

  private static func path() -> Function {
    Function(
      .method("folder"), "path", "The path of a picture's file.",
      [Option("i", .integer, "its position, from 1, or from -1 at the end")], returns: "a string",
      example: example("assert(f:path(1):find(f:names()[1], 1, true))")
    ) { arguments in
      let folder = try arguments.object(0, as: PictureFolder.self)
      return .string(folder.path(try position(arguments, in: folder)))
    }
  }
}
