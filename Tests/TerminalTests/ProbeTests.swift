import Glibc
import Terminal
import Testing

// Outside the suite: what other threads and signals run must not belong to the main actor.
nonisolated(unsafe) private var caught: Int32 = 0
nonisolated(unsafe) private var asking = pthread_self()

private func remember(_ number: Int32) { caught = number }

private func sendSignal(_ number: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  usleep(100_000)
  pthread_kill(asking, Int32(Int(bitPattern: number)))
  return nil
}

/// Asking a pseudo-terminal: its mode afterwards is its mode before, whatever it answers.
@Suite(.serialized) @MainActor struct ProbeTests {
  /// Both ends of a pseudo-terminal.
  private struct Ends {
    let master: Int32, slave: Int32

    init() throws {
      // posix_openpt and its companions by hand: the C library hides them from Swift.
      master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK)
      var unlocked: Int32 = 0, number: Int32 = 0
      try #require(
        master >= 0 && ioctl(master, 0x4004_5431, &unlocked) == 0 && ioctl(master, 0x8004_5430, &number) == 0)
      slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
      try #require(slave >= 0)
    }

    func close() {
      _ = Glibc.close(slave)
      _ = Glibc.close(master)
    }

    /// The flags of the mode, and the characters that control it.
    var mode: [UInt32] {
      var settings = termios()
      tcgetattr(slave, &settings)
      return [settings.c_iflag, settings.c_oflag, settings.c_cflag, settings.c_lflag]
    }

    func answer(_ bytes: [UInt8]) { _ = bytes.withUnsafeBytes { write(master, $0.baseAddress, $0.count) } }

    /// Whether the program has sent this, or sends it within five seconds: the kernel carries what is written to
    /// one end over to the other on a thread of its own, so it may not be there yet.
    func receives(_ bytes: [UInt8]) -> Bool {
      var received: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 1 << 12)
      while true {
        let count = read(master, &buffer, buffer.count)
        received += buffer.prefix(max(0, count))
        if received.indices.contains(where: { received[$0...].starts(with: bytes) }) { return true }
        var waiting = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
        if count <= 0, poll(&waiting, 1, 5000) <= 0 { return false }
      }
    }
  }

  @Test func I2_asksOnceAndReadsTheAnswer() throws {
    let ends = try Ends()
    defer { ends.close() }
    let before = ends.mode
    try #require(before[3] & UInt32(ECHO) != 0 && before[3] & UInt32(ICANON) != 0)
    ends.answer(Array("x\u{1B}[6;20;10t\u{1B}[?62;4cyz".utf8))
    let query = Query.bytes(graphics: false)
    let answers = try #require(Probe.ask(query, input: ends.slave, output: ends.slave))
    #expect(answers.attributes == [4] && answers.cell == Extent(10, 20))
    #expect(answers.typed == Array("xyz".utf8))
    #expect(ends.mode == before)
    #expect(ends.receives(query))
  }

  @Test func I2_restoresTheModeWhateverComes() throws {
    let ends = try Ends()
    defer { ends.close() }
    let before = ends.mode
    var state: UInt64 = 42
    let pieces = [
      "\u{1B}", "[?62", ";4c", "\u{1B}P>|", "\u{1B}\\", "\u{1B}_Gi=31;OK", "6;1;1t", "\u{7}", "q", "\u{9C}", "\r",
    ]
    for round in 0..<60 {
      var text = ""
      for _ in 0..<round % 7 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        text += pieces[Int(state >> 33) % pieces.count]
      }
      ends.answer(Array(text.utf8))
      _ = Probe.ask(Query.bytes(graphics: true), input: ends.slave, output: ends.slave, limit: 3, patience: 6)
      #expect(ends.mode == before, "after \(text.debugDescription)")
      #expect(ends.receives(Query.bytes(graphics: true)))
    }
  }

  @Test func I2_restoresTheModeBeforeASignalTakesEffect() throws {
    let ends = try Ends()
    defer { ends.close() }
    let before = ends.mode
    // The threads that tests run on may have them blocked.
    var set = sigset_t(), old = sigset_t()
    sigemptyset(&set)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&set, number) }
    pthread_sigmask(SIG_UNBLOCK, &set, &old)
    defer { pthread_sigmask(SIG_SETMASK, &old, nil) }
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] {
      caught = 0
      let old = signal(number, remember)
      defer { signal(number, old) }
      // Another thread sends it while nobody answers.
      let sender = pthread(sending: number)
      _ = Probe.ask(Query.bytes(graphics: true), input: ends.slave, output: ends.slave, limit: 5000)
      pthread_join(sender, nil)
      #expect(caught == number, "the signal came through")
      #expect(ends.mode == before)
    }
  }

  /// A thread that waits a moment and sends a signal to this one.
  private func pthread(sending number: Int32) -> pthread_t {
    asking = pthread_self()
    var thread = pthread_t()
    pthread_create(&thread, nil, sendSignal, UnsafeMutableRawPointer(bitPattern: Int(number)))
    return thread
  }

  @Test func I2_noTerminalIsLeftInPeace() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    #expect(Probe.ask(Query.bytes(graphics: true), input: ends[0], output: ends[1]) == nil)
    _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
    var byte: UInt8 = 0
    #expect(read(ends[0], &byte, 1) == -1, "nothing was written")
  }
}
