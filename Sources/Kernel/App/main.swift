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
  exit(status == .validationFailure ? 2 : status.rawValue)
}
