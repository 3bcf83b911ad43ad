internal import CKernels

/// Work on the one pool of threads.
enum Team {
  private struct Job { let body: (Int) -> Void }

  /// Runs `body` for 0..<pieces, on several threads where there are several pieces; a pending interrupt skips what has
  /// not begun. `body` must not touch what another piece writes, and must not be isolated to an actor.
  static func run(_ pieces: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      var job = Job(body: body)
      withUnsafeMutablePointer(to: &job) { job in
        ck_parallel(
          Int64(pieces), { context, piece in context!.assumingMemoryBound(to: Job.self).pointee.body(Int(piece)) }, job)
      }
    }
  }
}
