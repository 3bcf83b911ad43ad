internal import Imaging

/// A place in the scene, in metres: x to the right, y up from the lawn, z away from the viewer.
typealias Place = SIMD3<Float>

/// A camera that looks along z with its film upright, as architects photograph: verticals stay vertical.
struct Camera {
  /// Height of the eye above the lawn, metres.
  let eye: Float = 3.4
  /// Pixels per metre at a distance of one metre.
  let focal: Float
  /// Pixel position of the vanishing point.
  let center: Point

  init(width: Int, height: Int) {
    let w = Float(width), h = Float(height)
    // Narrow pictures step back until the building's width fits; wide ones show more of the park.
    focal = 0.93 * min(h, w / 1.38)
    center = Point(w * 0.5, h * 0.705)
  }

  /// Where a place appears; places nearer than half a metre count as half a metre away.
  func project(_ place: Place) -> Point {
    let scale = focal / max(0.5, place.z)
    return Point(center.x + place.x * scale, center.y - (place.y - eye) * scale)
  }

  /// The direction of sight through a pixel, with z = 1.
  @inline(__always)
  func ray(_ pixel: Point) -> SIMD3<Float> {
    SIMD3((pixel.x - center.x) / focal, (center.y - pixel.y) / focal, 1)
  }

  /// Pixels per metre at a distance.
  func scale(_ distance: Float) -> Float { focal / max(0.5, distance) }
}

/// A flat piece of the scene with its own coordinates: `u` and `v` in metres along two unit vectors.
struct Plane {
  let origin: Place
  let u: SIMD3<Float>
  let v: SIMD3<Float>
  let normal: SIMD3<Float>

  /// A plane whose normal, which points at the viewer's side, is u × v turned outwards.
  init(_ origin: Place, u: SIMD3<Float>, v: SIMD3<Float>) {
    self.origin = origin
    self.u = unit(u)
    self.v = unit(v)
    let n = unit(cross(self.u, self.v))
    normal = n.z > 0 ? -n : n
  }

  func place(_ uv: Point) -> Place { origin + u * uv.x + v * uv.y }

  /// The plane moved along its normal, towards the viewer for positive distances.
  func moved(_ distance: Float) -> Plane { Plane(origin + normal * distance, u: u, v: v) }

  /// Coordinates in the plane, and distance, of what a pixel shows of it.
  @inline(__always)
  func locate(_ pixel: Point, _ camera: Camera) -> (uv: Point, z: Float) {
    let ray = camera.ray(pixel), from = origin - Place(0, camera.eye, 0)
    let distance = dot(normal, from) / dot(normal, ray)
    let offset = ray * distance - from
    return (Point(dot(offset, u), dot(offset, v)), distance)
  }

  /// The path of plane coordinates as it appears. Curves are exact enough when they are short.
  func project(_ path: Path, _ camera: Camera) -> Path { path.mapped { camera.project(place($0)) } }
}
