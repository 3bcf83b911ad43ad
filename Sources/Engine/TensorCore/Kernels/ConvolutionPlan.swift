internal import CKernels

/// The geometry of a 2-D convolution, checked once and shared by its forward pass and both gradients.
struct ConvolutionPlan: Hashable {
  var batch, groups, inChannels, outChannels: Int
  var inHeight, inWidth, outHeight, outWidth: Int
  var kernelHeight, kernelWidth: Int
  var strideY, strideX, dilationY, dilationX: Int
  var padTop, padLeft: Int
  /// What stands outside the input; other than zeros only in forward passes of f32.
  var outside = PadMode.zeros
  /// Rows that a plane holds in memory, where only some of them are worked on; 0: no others.
  var inStored = 0, outStored = 0

  /// Padding below and to the right that makes the output exactly as large as stated; negative where the last rows
  /// of the input are not reached.
  var padBottom: Int { (outHeight - 1) * strideY + (kernelHeight - 1) * dilationY + 1 - inHeight - padTop }
  var padRight: Int { (outWidth - 1) * strideX + (kernelWidth - 1) * dilationX + 1 - inWidth - padLeft }

  var inputShape: [Int] { [batch, inChannels, inHeight, inWidth] }
  var outputShape: [Int] { [batch, outChannels, outHeight, outWidth] }
  var weightShape: [Int] { [outChannels, inChannels / groups, kernelHeight, kernelWidth] }
  /// Weights as oneDNN wants them: with an axis for the groups where there are any.
  var groupedWeightShape: [Int] {
    groups == 1
      ? weightShape : [groups, outChannels / groups, inChannels / groups, kernelHeight, kernelWidth]
  }
  /// Multiplications and additions.
  var operations: Double {
    2 * Double(batch * outChannels) * Double(outHeight * outWidth) * Double(inChannels / groups)
      * Double(kernelHeight * kernelWidth)
  }
  /// Elements of one plane in memory.
  var inPlane: Int { Swift.max(inStored, inHeight) * inWidth }
  var outPlane: Int { Swift.max(outStored, outHeight) * outWidth }
  var isEmpty: Bool { batch == 0 || outChannels == 0 || inChannels == 0 || outHeight <= 0 || outWidth <= 0 }

  /// The same for the plain kernels.
  var plain: ck_conv {
    ck_conv(
      batch: Int64(batch), groups: Int64(groups), in_channels: Int64(inChannels), out_channels: Int64(outChannels),
      in_height: Int64(inHeight), in_width: Int64(inWidth), out_height: Int64(outHeight), out_width: Int64(outWidth),
      kernel_height: Int64(kernelHeight), kernel_width: Int64(kernelWidth), stride_y: Int64(strideY),
      stride_x: Int64(strideX), pad_top: Int64(padTop), pad_left: Int64(padLeft), dilation_y: Int64(dilationY),
      dilation_x: Int64(dilationX))
  }
}

/// What a convolution computes.
enum ConvolutionDirection: Hashable { case forward, inputGradient, weightGradient }
