internal import ArgumentParser
internal import Glibc
internal import LuaHost

// Exit status: 0 done, 1 a Lua error, 2 wrong usage, 130 interrupted.
do {
  var command = try AtelierCommand.parseAsRoot()
  try command.run()
} catch {
  let status = AtelierCommand.exitCode(for: error)
  let message = AtelierCommand.fullMessage(for: error)
  if status.isSuccess {
    StandardOutput.write(message + "\n")
    StandardOutput.flush()
    exit(0)
  }
  if !message.isEmpty { StandardOutput.writeError(message + "\n") }
  // `atelier script.lua`, as `lua script.lua`.
  let first = CommandLine.arguments.dropFirst().first ?? ""
  if status == .validationFailure, !first.hasPrefix("-"), access(first, R_OK) == 0 {
    StandardOutput.writeError("A script is run by: atelier run \(first)\n")
  }
  exit(status == .validationFailure ? 2 : status.rawValue)
}
