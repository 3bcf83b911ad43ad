import Glibc
import Plots
import Surface
import TensorCore
import TestSupport
import Testing

/// Drawings in braille, each character for character as a person looked at it and found it right.
@Suite(.serialized) @MainActor struct TextTests {
  private let parabola = list((0...40).map { Double(($0 - 20) * ($0 - 20)) / 4 })
  private let tent = list((0...40).map { 100 - 5 * abs(Double($0) - 20) })

  @Test("R13: a line at 40 × 10", .proves("plot.line")) func parabolaOf40() throws {
    let plot = try plot("plot.line", parabola, options(("title", text("Parabola"))))
    let drawn = try plot.text(columns: 40, rows: 10, colored: false)
    #expect(
      drawn == """
                        Parabola
        100┤⢢                                  ⡔
           │ ⠑⡄                              ⡠⠊
           │  ⠈⠢⡀                          ⢀⠔⠁
         50┤    ⠈⠢⡀                      ⢀⠔⠁
           │      ⠈⠒⢄                  ⡠⠔⠁
           │         ⠉⠢⢄⡀           ⣀⠔⠊
          0┤            ⠈⠉⠒⠒⠤⠤⠤⠤⠔⠒⠉⠉
           └────────┬────────┬───────┬────────┬─
                   10       20      30       40
        """)
  }

  @Test("R13: two lines at 80 × 20, with labels and legend") func twoOf80() throws {
    let plot = try plot(
      "plot.line", options(("parabola", parabola), ("tent", tent)),
      options(
        ("title", text("Parabola and tent")), ("xlabel", text("place")), ("ylabel", text("height"))))
    let drawn = try plot.text(columns: 80, rows: 20, colored: false)
    #expect(
      drawn == """
                                       Parabola and tent
        ⠤⠤⠤ parabola  ⠄⠄⠤ tent
        height
        100┤⢄                                     ⠄                                    ⡠
           │ ⠣⡀                               ⡀⠄⠂⠁ ⠑⠂⢄                               ⢀⠜
           │  ⠈⢆                            ⠄⠂        ⠁⠢⡀                           ⡰⠁
         80┤    ⠱⡀                      ⢀⠄⠂⠁             ⠑⠄⡀                      ⢠⠊
           │     ⠈⠢⡀                  ⡠⠂⠁                   ⠁⠄⡀                 ⢀⠔⠁
         60┤       ⠈⠢⡀            ⢀⠄⠊⠁                         ⠁⠂⡀            ⢀⠔⠁
           │         ⠈⠢⡀        ⡀⠂⠁                               ⠑⠄⡀       ⢀⠔⠁
           │           ⠈⠢⡀  ⡀⠄⠂⠁                                    ⠈⠁⠢⠄⡀ ⢀⠔⠁
         40┤             ⡈⠕⢅⡀                                           ⡨⠒⢅
           │           ⡠⠂   ⠈⠢⢄                                      ⣀⠔⠉   ⠁⠄⡀
         20┤       ⢀⠄⠊⠁        ⠉⠒⢄                                ⡠⠔⠊         ⠁⠂⡀
           │     ⠔⠂⠁              ⠑⠒⠤⢄⡀                       ⣀⠤⠔⠊               ⠁⠂⡀
           │  ⠄⠂⠁                     ⠈⠉⠒⠤⣀⣀⣀⡀         ⣀⣀⣀⠤⠒⠊⠉                     ⠈⠁⠢⡀
          0┤⠂⠁                               ⠈⠉⠉⠉⠑⠒⠉⠉⠉⠉                                ⠑
           └───────┬─────────┬────────┬─────────┬────────┬────────┬─────────┬────────┬──
                   5        10       15        20       25       30        35       40
                                             place
        """)
  }

  @Test("Two lines in the terminal's colours") func colours() throws {
    let plot = try plot("plot.line", options(("parabola", parabola), ("tent", tent)))
    let drawn = try plot.text(columns: 40, rows: 10, colored: true)
    #expect(
      drawn == """
        \u{1B}[94m⠤⠤⠤\u{1B}[39m parabola  \u{1B}[35m⠤⠤⠤\u{1B}[39m tent
        100┤\u{1B}[94m⢢               \u{1B}[35m⢀⠤⠢⡀               \u{1B}[94m⡔\u{1B}[39m
           │ \u{1B}[94m⠑⡄          \u{1B}[35m⢀⠤⠒⠁  ⠈⠑⠢⡀          \u{1B}[94m⡠⠊\u{1B}[39m
           │  \u{1B}[94m⠈⠢⡀     \u{1B}[35m⢀⡠⠔⠁        ⠈⠒⠤⡀     \u{1B}[94m⢀⠔⠁\u{1B}[39m
         50┤    \u{1B}[94m⠈⠢⡀ \u{1B}[35m⣀⠔⠁              ⠈⠢⢄⡀\u{1B}[94m⢀⠔⠁\u{1B}[39m
           │     \u{1B}[35m⡠⠚⠛\u{1B}[94m⢄                  ⡠\u{1B}[35m⠜⠑⢄\u{1B}[39m
           │  \u{1B}[35m⡠⠔⠊    \u{1B}[94m⠉⠢⢄⡀           ⣀⠔⠊    \u{1B}[35m⠉⠒⢄\u{1B}[39m
          0┤\u{1B}[35m⠤⠊          \u{1B}[94m⠈⠉⠒⠒⠤⠤⠤⠤⠔⠒⠉⠉          \u{1B}[35m⠑⠢\u{1B}[39m
           └────────┬────────┬───────┬────────┬─
                   10       20      30       40
        """)
  }

  @Test("R13: a histogram at 40 × 10") func histogram() throws {
    let plot = try plot(
      "plot.hist", list(1, 2, 2, 3, 3, 3, 4, 4, 5), options(("bins", .integer(5)), ("title", text("Counts"))))
    let drawn = try plot.text(columns: 40, rows: 10, colored: false)
    #expect(
      drawn == """
                         Counts
        count
         │               ⣶⣶⣶⣶⣶⣶⣶⣶
         │               ⣿⣿⣿⣿⣿⣿⣿⣿
        2┤       ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇
         │       ⢸⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⡇
         │⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
        0┤⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿⣿
         └┬────────┬─────────┬────────┬────────┬
          1        2         3        4        5
        """)
  }

  @Test("Steps keep a value until the next") func steps() throws {
    let plot = try plot("plot.line", list(1, 3, 2), options(("style", text("steps"))))
    let drawn = try plot.text(columns: 40, rows: 10, colored: false)
    #expect(
      drawn == """
        3┤                   ⡖⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⢲
         │                   ⡇                 ⢸
         │                   ⡇                 ⢸
         │                   ⡇                 ⢸
        2┤                   ⡇                 ⠈
         │                   ⡇
         │                   ⡇
        1┤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠤⠇
         └┬────────┬─────────┬────────┬────────┬
         1.0      1.5       2.0      2.5     3.0
        """)
  }

  @Test("Points on a logarithmic axis") func points() throws {
    let plot = try plot(
      "plot.line", list(1, 2, 3, 4), list(1, 10, 100, 1000),
      options(("style", text("points")), ("ylog", .bool(true))))
    let drawn = try plot.text(columns: 40, rows: 10, colored: false)
    #expect(
      drawn == """
        1000┤                                 ⠐
            │
         100┤                      ⢀
            │
            │
          10┤            ⠁
            │
           1┤ ⠄
            └─┬──────────┬─────────┬──────────┬─
              1          2         3          4
        """)
  }

  @Test("NaN is a gap") func gaps() throws {
    let plot = try plot("plot.line", list(1, 2, .nan, 4, 5))
    let drawn = try plot.text(columns: 40, rows: 10, colored: false)
    #expect(
      drawn == """
         │                                  ⢀⡠⠤⠒
         │                             ⣀⡠⠔⠒⠉⠁
        4┤                            ⠉
         │
         │
        2┤         ⣀
         │   ⢀⣀⠤⠔⠊⠉
         │⠤⠒⠊⠁
         └┬────────┬─────────┬────────┬────────┬
          1        2         3        4        5
        """)
  }

  @Test("Wide characters take two columns, what would control the terminal becomes a space") func wide() throws {
    let plot = try plot(
      "plot.line", list(1, 2), options(("title", text("損失 loss é")), ("xlabel", text("a\u{1B}[31mb\nc"))))
    let drawn = try plot.text(columns: 40, rows: 10, colored: false)
    #expect(
      drawn == """
                      損失 loss é
        2.0┤                               ⢀⣀⠤⠤⠒
           │                         ⣀⡠⠤⠒⠒⠉⠁
        1.5┤                  ⣀⡠⠤⠔⠒⠉⠉
           │           ⣀⣀⠤⠔⠒⠊⠉
           │    ⢀⣀⠤⠤⠒⠊⠉
        1.0┤⠤⠒⠒⠉⠁
           └┬──────┬──────┬──────┬──────┬──────┬
           1.0    1.2    1.4    1.6    1.8   2.0
                       a [31mb c
        """)
  }

  @Test("The smallest drawing leaves out labels, not the plot") func tiny() throws {
    let plot = try plot(
      "plot.line", list(1, 2),
      options(("title", text("損失 loss é")), ("xlabel", text("a")), ("ylabel", text("b"))))
    let drawn = try plot.text(columns: 20, rows: 6, colored: false)
    #expect(
      drawn == """
            損失 loss é
        2.0┤           ⣀⠤⠔⠒⠉
        1.5┤     ⣀⡠⠤⠒⠊⠉
        1.0┤⣀⠤⠔⠒⠉
           └┬──────────────┬
            1              2
        """)
  }

  @Test("R13: a loss curve at 80 × 20", .proves("plot.curves")) func lossCurve() throws {
    let curves = try plot(
      "plot.curves", options(("title", text("Loss")), ("smooth", .number(0.5)), ("ylog", .bool(true))))
    for step in 1...50 {
      // 2 to the power of -step / 5, exactly as the drawing below was made.
      try call("plot:add", .object(curves), .integer(step), options(("loss", .number(pow(2, -Double(step) / 5)))))
    }
    #expect(
      try curves.text(columns: 80, rows: 20, colored: false) == """
                                              Loss
        ⠤⠤⠤ loss
            1┤⣀⣀⡀
             │  ⠈⠉⠒⠢⠤⣀⡀
             │        ⠈⠉⠒⠢⠤⣀⡀
             │              ⠈⠉⠒⠤⣀
             │                   ⠉⠑⠒⠤⢄⣀
          0.1┤                         ⠉⠑⠒⠤⢄⣀
             │                               ⠉⠑⠢⢄⡀
             │                                   ⠈⠉⠒⠢⠤⣀⡀
             │                                         ⠈⠉⠒⠢⠤⣀⡀
         0.01┤                                               ⠈⠑⠢⢄⣀
             │                                                    ⠉⠑⠒⠤⢄⣀
             │                                                          ⠉⠑⠒⠤⢄⣀
             │                                                                ⠉⠒⠤⣀⡀
             │                                                                    ⠈⠉⠒⠢⠤⣀
        0.001┤
             └──────┬──────┬───────┬──────┬───────┬──────┬───────┬──────┬───────┬──────┬
                    5     10      15     20      25     30      35     40      45     50
                                              step
        """)
  }

  @Test("A matrix: the more dots, the larger the value; its scale beside it", .proves("plot.image")) func heatMap()
    throws
  {
    let columns = (0..<128).map { Double($0 % 16 + 1) }
    let map = try plot("plot.image", .object(try Tensor(doubles: columns, [8, 16])))
    #expect(
      try map.text(columns: 40, rows: 10, colored: false) == """
         │  ⠁ ⠁⠄⠁⠅⠅⠅⠕⠅⠕⢅⠕⢕⢝⢕⢝⢵⢝⢽⢽⢽⢿⢽⢿⣽⢿⣿⣿⣿ ⢿⣿ 16
        2┤  ⠁ ⠁⠄⠁⠅⠅⠅⠕⠅⠕⢅⠕⢕⢝⢕⢝⢵⢝⢽⢽⢽⢿⢽⢿⣽⢿⣿⣿⣿ ⢿⢽
         │  ⠁ ⠁⠄⠁⠅⠅⠅⠕⠅⠕⢅⠕⢕⢝⢕⢝⢵⢝⢽⢽⢽⢿⢽⢿⣽⢿⣿⣿⣿ ⢝⢽
        4┤  ⠁ ⠁⠄⠁⠅⠅⠅⠕⠅⠕⢅⠕⢕⢝⢕⢝⢵⢝⢽⢽⢽⢿⢽⢿⣽⢿⣿⣿⣿ ⢝⢕
         │  ⠁ ⠁⠄⠁⠅⠅⠅⠕⠅⠕⢅⠕⢕⢝⢕⢝⢵⢝⢽⢽⢽⢿⢽⢿⣽⢿⣿⣿⣿ ⠕⢕
        6┤  ⠁ ⠁⠄⠁⠅⠅⠅⠕⠅⠕⢅⠕⢕⢝⢕⢝⢵⢝⢽⢽⢽⢿⢽⢿⣽⢿⣿⣿⣿ ⠕⠅
         │  ⠁ ⠁⠄⠁⠅⠅⠅⠕⠅⠕⢅⠕⢕⢝⢕⢝⢵⢝⢽⢽⢽⢿⢽⢿⣽⢿⣿⣿⣿ ⠁⠅
        8┤  ⠁ ⠁⠄⠁⠅⠅⠅⠕⠅⠕⢅⠕⢕⢝⢕⢝⢵⢝⢽⢽⢽⢿⢽⢿⣽⢿⣿⣿⣿ ⠁  1
         └─────────┬────────┬─────────┬───
                   5       10        15
        """)
  }
}
