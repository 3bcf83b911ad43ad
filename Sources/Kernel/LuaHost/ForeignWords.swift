internal import Surface

/// What other languages call things, and what Lua has instead.
extension LuaHost {
  /// Words of other languages that a script reads as globals.
  static let foreignWords = [
    "None": "nil", "null": "nil", "NULL": "nil", "nullptr": "nil", "undefined": "nil", "True": "true",
    "False": "false", "TRUE": "true", "FALSE": "false", "Math": "math",
  ]

  /// Functions of other languages that a script calls as globals.
  static let foreignFunctions = [
    "range": "Lua counts with for i = 1, n do … end",
    "enumerate": "Lua counts along with for i, x in ipairs(list) do … end",
    "zip": "Lua walks two lists by position: for i = 1, #a do … a[i] … b[i] … end",
    "int": "math.floor(x) gives the whole part of a number", "float": "tonumber(s) reads a number",
    "str": "tostring(x) makes a text", "isinstance": "type(x) names the kind of a value",
    "len": "Lua writes the length of a list or text as #x",
    "list": "Lua writes lists with braces: {1, 2, 3}", "tuple": "Lua writes lists with braces: {1, 2, 3}",
    "dict": "Lua writes {name = 1, other = 2}", "set": "Lua writes a set as a table: {red = true, blue = true}",
    "open": "io.open(path) opens a file", "input": "io.read() reads a line",
    "sorted": "table.sort(list) sorts a list in place",
    "reversed": "Lua counts down with for i = #list, 1, -1 do … end",
    "map": "Lua builds a list in a loop: for i, x in ipairs(list) do out[i] = f(x) end",
    "round": "math.floor(x + 0.5) rounds a number", "pow": "Lua writes a power as ^: x ^ 2",
    "printf": "print(string.format(\"%d\", n)) prints formatted", "sprintf": "string.format(\"%d\", n) makes a text",
    "ord": "s:byte() gives a character's number", "chr": "string.char(n) makes a character",
    "hasattr": "a field that is not there is nil: t.name ~= nil", "getattr": "a field by its name is t[name]",
    "dir": "for name in pairs(t) do print(name) end lists a table, help(x) explains the engine's",
    "exit": "os.exit() ends the script", "quit": "os.exit() ends the script",
    "sys": "the arguments of a script are in arg: arg[1]",
    "time": "os.clock() gives seconds of work, os.time() the time",
    "random": "math.random(n) gives a number from 1 to n, tensor.rand(n) a tensor",
    "re": "s:match(\"%d+\") finds a pattern",
    "console": "print(x) prints", "PIL": "images.load(path) reads a picture",
    "pil": "images.load(path) reads a picture",
    "sqrt": "use math.sqrt(x), or t:sqrt() for a tensor", "exp": "use math.exp(x), or t:exp() for a tensor",
    "log": "use math.log(x), or t:log() for a tensor", "sin": "use math.sin(x), or t:sin() for a tensor",
    "cos": "use math.cos(x), or t:cos() for a tensor", "floor": "use math.floor(x), or t:floor() for a tensor",
    "pi": "it is math.pi",
  ]

  /// Methods of other languages' lists, tables and texts, by the name that is nil here.
  static let foreignMethods = [
    "append": "table.insert(list, x) adds at the end", "push": "table.insert(list, x) adds at the end",
    "extend": "table.move(more, 1, #more, #list + 1, list) adds a list at the end",
    "pop": "table.remove(list) takes the last one off", "sort": "table.sort(list) sorts a list in place",
    "items": "Lua walks a table with for key, value in pairs(t) do … end",
    "keys": "Lua walks a table with for key in pairs(t) do … end",
    "values": "Lua walks a table with for _, value in pairs(t) do … end",
    "length": "Lua writes the length of a list or text as #x", "size": "Lua writes the length of a list or text as #x",
    "join": "table.concat(list, \", \") joins a list of texts",
    "split": "Lua splits a text in a loop: for part in s:gmatch(\"[^,]+\") do … end",
    "strip": "s:match(\"^%s*(.-)%s*$\") is s without blanks at its ends",
    "trim": "s:match(\"^%s*(.-)%s*$\") is s without blanks at its ends",
    "replace": "s:gsub(\"old\", \"new\") replaces",
    "startswith": "compare the beginning: s:sub(1, #start) == start",
    "startsWith": "compare the beginning: s:sub(1, #start) == start",
    "endswith": "compare the end: s:sub(-#ending) == ending", "endsWith": "compare the end: s:sub(-#ending) == ending",
    "contains": "s:find(\"part\", 1, true) finds a part of a text",
    "substring": "s:sub(1, 3) cuts a part out of a text",
    "path": "a path is a text: folder .. \"/\" .. name",
  ]

  func globalSuggestion(_ name: String) -> String? {
    LuaHost.foreignWords[name] ?? Suggestion.nearest(to: name, in: fields(of: "").filter { $0 != "__cell" })
      ?? registry.functions.first { $0.name == name && $0.module != nil }?.qualifiedName
  }
}
