/// The list of looks. Each was tuned on photographs of half a megapixel.
extension Preset {
  /// All looks.
  nonisolated(unsafe) static let all: [Preset] = [
    Preset(
      "ink wash", "Ink and water on paper (sumi-e): a few soft washes that bleed into each other, under brushed lines.",
      [
        Step("chroma", ["scale_cb": 0, "scale_cr": 0]),
        Step("kuwahara", ["radius": 7, "mode": "anisotropic"]),
        Step("grain", ["amount": 0.035, "size": 9, "seed": 6]),
        Step("gaussian", ["sigma": 1.2]),
        Step("tone_curve", ["curve": [0.12, 0.18, 0.33, 0.42, 0.58, 0.69, 0.86, 0.92, 0.97, 0.99, 1]]),
        Step("gaussian", ["sigma": 5, "blend": "darken", "strength": 0.4]),
        Step("xdog", ["sigma": 2.2, "tau": 0.99, "epsilon": 0, "phi": 14, "blend": "multiply", "strength": 0.4]),
        Step(
          "flow_xdog",
          ["input": 2, "sigma": 1.5, "tau": 0.98, "epsilon": 0, "phi": 90, "coherence": 3, "blend": "multiply"]),
        Step("grain", ["amount": 0.018, "size": 1.2, "seed": 4]),
        Step(
          "gradient_map",
          [
            "colors": [
              [0.08, 0.075, 0.085], [0.31, 0.3, 0.31], [0.56, 0.545, 0.53], [0.78, 0.76, 0.72], [0.975, 0.955, 0.9],
            ]
          ]),
      ]),
    Preset(
      "pencil", "A soft pencil on grainy paper: lines where brightness falls, hatching and a little tone between them.",
      [
        Step("chroma", ["scale_cb": 0, "scale_cr": 0]),
        Step("gaussian", ["sigma": 6, "blend": "divide"]),
        Step("tone_curve", ["curve": [0, 0.12, 0.4, 0.72, 0.99]]),
        Step(
          "hatching",
          [
            "input": 1, "spacing": 3, "layers": 3, "length": 20, "gamma": 0.6, "outline": 0, "blend": "multiply",
            "strength": 0.35,
          ]),
        Step("tone_curve", ["input": 1, "curve": [0.55, 0.8, 0.94, 0.99, 1], "blend": "multiply"]),
        Step("grain", ["amount": 0.035, "size": 0.7, "seed": 3]),
        Step("gradient_map", ["colors": [[0.2, 0.2, 0.22], [0.97, 0.965, 0.95]]]),
      ]),
    Preset(
      "comic", "Flat, strong colors under flowing black ink.",
      [
        Step("kuwahara", ["radius": 5, "mode": "anisotropic"]),
        Step("tone_curve", ["curve": [0.02, 0.16, 0.28, 0.54, 0.74, 0.92, 1]]),
        Step("chroma", ["scale_cb": 1.5, "scale_cr": 1.5]),
        Step(
          "flow_xdog",
          ["input": 0, "sigma": 1.2, "tau": 0.98, "epsilon": 0, "phi": 80, "coherence": 4, "blend": "multiply"]),
      ]),
    Preset(
      "oil painting", "Broad strokes along the forms, thick enough to catch light.",
      [
        Step("kuwahara", ["radius": 7, "mode": "anisotropic", "sharpness": 12, "eccentricity": 0.6]),
        Step("chroma", ["scale_cb": 1.25, "scale_cr": 1.25]),
        Step("tone_curve", ["curve": [0, 0.18, 0.5, 0.82, 1]]),
        Step("convolve", ["kernel": [[-1, -1, 0], [-1, 1, 1], [0, 1, 1]], "strength": 0.25]),
      ]),
    Preset(
      "watercolor", "Clear washes with dark rims on rough paper, and thin lines.",
      [
        Step("watercolor"),
        Step(
          "flow_xdog",
          ["input": 0, "sigma": 1, "tau": 0.985, "epsilon": 0, "phi": 30, "blend": "multiply", "strength": 0.35]),
      ]),
    Preset(
      "engraving", "Crossed lines from a copper plate, the more the darker.",
      [
        Step("unsharp", ["sigma": 3, "amount": 0.6]),
        Step("hatching", ["spacing": 3, "layers": 4, "length": 40, "jitter": 0.15, "gamma": 0.55]),
        Step(
          "flow_xdog",
          ["input": 0, "sigma": 0.9, "tau": 0.985, "epsilon": 0, "phi": 50, "blend": "multiply", "strength": 0.9]),
        Step("gradient_map", ["colors": [[0.09, 0.1, 0.16], [0.96, 0.93, 0.86]]]),
      ]),
    Preset(
      "woodcut", "Black ink from a carved block: no greys at all.",
      [
        Step("kuwahara", ["radius": 3, "mode": "anisotropic"]),
        Step("xdog", ["sigma": 1.6, "p": 60, "epsilon": 0.42, "phi": 40]),
        Step("gaussian", ["sigma": 0.7]),
        Step("tone_curve", ["curve": [0, 0.05, 0.95, 1]]),
        Step("gradient_map", ["colors": [[0.13, 0.09, 0.08], [0.96, 0.91, 0.8]]]),
      ]),
    Preset(
      "poster", "Four flat inks, by brightness alone.",
      [
        Step("kuwahara", ["radius": 6, "mode": "anisotropic"]),
        Step("gaussian", ["sigma": 0.7]),
        Step(
          "gradient_map",
          [
            "colors": [
              [0.1, 0.17, 0.3], [0.1, 0.17, 0.3], [0.1, 0.17, 0.3], [0.1, 0.17, 0.3], [0.1, 0.17, 0.3],
              [0.78, 0.2, 0.17], [0.78, 0.2, 0.17], [0.78, 0.2, 0.17], [0.78, 0.2, 0.17], [0.42, 0.6, 0.62],
              [0.42, 0.6, 0.62], [0.42, 0.6, 0.62], [0.42, 0.6, 0.62], [0.98, 0.9, 0.7], [0.98, 0.9, 0.7],
              [0.98, 0.9, 0.7], [0.98, 0.9, 0.7],
            ]
          ]),
      ]),
    Preset(
      "charcoal", "Charcoal, rubbed into paper with a tooth.",
      [
        Step("chroma", ["scale_cb": 0, "scale_cr": 0]),
        Step("kuwahara", ["radius": 4, "mode": "anisotropic"]),
        Step("tone_curve", ["curve": [0.16, 0.42, 0.7, 0.92, 1]]),
        Step(
          "flow_xdog",
          ["input": 1, "sigma": 2.2, "tau": 0.985, "epsilon": 0, "phi": 30, "blend": "multiply", "strength": 0.9]),
        Step("grain", ["amount": 0.045, "size": 0.7, "seed": 7]),
        Step("grain", ["amount": 0.03, "size": 2, "seed": 8]),
        Step("tone_curve", ["curve": [0, 0.2, 0.55, 0.86, 1]]),
        Step("gradient_map", ["colors": [[0.11, 0.105, 0.1], [0.93, 0.91, 0.87]]]),
      ]),
    Preset(
      "pastel", "Chalky, bright color without a line.",
      [
        Step("kuwahara", ["radius": 6, "mode": "anisotropic"]),
        Step("tone_curve", ["curve": [0.2, 0.42, 0.66, 0.86, 0.97]]),
        Step("chroma", ["scale_cb": 1.25, "scale_cr": 1.25]),
        Step("grain", ["amount": 0.035, "size": 1.1, "seed": 3]),
        Step("grain", ["amount": 0.03, "size": 0.5, "seed": 4]),
      ]),
    Preset(
      "blueprint", "White lines on blue, as plans were copied once.",
      [
        Step("xdog", ["sigma": 1, "p": 40, "epsilon": 0.5, "phi": 20]),
        Step("xdog", ["input": 0, "sigma": 1, "tau": 0.985, "epsilon": 0, "phi": 90]),
        Step("tone_curve", ["curve": [1, 0.03]]),
        Step("grain", ["amount": 0.02, "size": 1.5]),
        Step("gradient_map", ["colors": [[0.06, 0.2, 0.45], [0.9, 0.95, 1]]]),
      ]),
  ]
}
