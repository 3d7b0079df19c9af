//! How far two colours lie apart for an eye, and how well text is read on its ground.
//! Must not know themes: numbers go in, numbers come out.

/// Red, green and blue of the sRGB space.
pub type Rgb = (u8, u8, u8);

/// Three linear coordinates.
type Triple = [f64; 3];

/// An eye: the usual one, or one that lacks one of its three kinds of cones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vision {
    /// Three kinds of cones.
    Normal,
    /// No green-sensitive cones; the most frequent deficiency.
    Deuteranopia,
    /// No red-sensitive cones.
    Protanopia,
    /// No blue-sensitive cones.
    Tritanopia,
}

impl Vision {
    /// All, in the order of every table.
    pub const ALL: [Self; 4] = [
        Self::Normal,
        Self::Deuteranopia,
        Self::Protanopia,
        Self::Tritanopia,
    ];

    /// Short, for tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Deuteranopia => "deut",
            Self::Protanopia => "prot",
            Self::Tritanopia => "trit",
        }
    }

    /// Rows of the matrix over linear RGB: Machado, Oliveira and Fernandes 2009, severity 1.
    const fn matrix(self) -> [Triple; 3] {
        match self {
            Self::Normal => [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            Self::Deuteranopia => [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
            Self::Protanopia => [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
            Self::Tritanopia => [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        }
    }
}

/// From linear RGB to CIE XYZ, white D65.
const XYZ: [Triple; 3] = [
    [0.412_456_4, 0.357_576_1, 0.180_437_5],
    [0.212_672_9, 0.715_152_2, 0.072_175_0],
    [0.019_333_9, 0.119_192_0, 0.950_304_1],
];
const WHITE: Triple = [0.950_47, 1.0, 1.088_83];

fn apply(matrix: [Triple; 3], [a, b, c]: Triple) -> Triple {
    matrix.map(|[x, y, z]| x * a + y * b + z * c)
}

fn linear_channel(value: u8) -> f64 {
    let share = f64::from(value) / 255.0;
    if share <= 0.040_45 {
        share / 12.92
    } else {
        ((share + 0.055) / 1.055).powf(2.4)
    }
}

fn linear((red, green, blue): Rgb) -> Triple {
    [red, green, blue].map(linear_channel)
}

/// A place in CIE L\*a\*b\*, where distances are about those an eye sees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lab {
    /// Lightness, 0 to 100.
    pub lightness: f64,
    /// From green (negative) to red.
    pub a: f64,
    /// From blue (negative) to yellow.
    pub b: f64,
}

impl Lab {
    /// What an eye makes of a colour.
    pub fn of(color: Rgb, vision: Vision) -> Self {
        let seen = apply(vision.matrix(), linear(color)).map(|share| share.clamp(0.0, 1.0));
        let bend = |share: f64| {
            if share > 216.0 / 24_389.0 {
                share.cbrt()
            } else {
                (24_389.0 / 27.0 * share + 16.0) / 116.0
            }
        };
        let [x, y, z] = apply(XYZ, seen);
        let [white_x, white_y, white_z] = WHITE;
        let (x, y, z) = (bend(x / white_x), bend(y / white_y), bend(z / white_z));
        Self {
            lightness: 116.0 * y - 16.0,
            a: 500.0 * (x - y),
            b: 200.0 * (y - z),
        }
    }

    /// The distance ΔE76; about 2 is the least that is seen.
    pub fn distance(self, other: Self) -> f64 {
        let (lightness, a, b) = (
            self.lightness - other.lightness,
            self.a - other.a,
            self.b - other.b,
        );
        (lightness * lightness + a * a + b * b).sqrt()
    }

    /// Distance from grey.
    pub fn chroma(self) -> f64 {
        self.a.hypot(self.b)
    }

    /// Place on the colour circle in degrees, 0 to 360; red lies near 30, green near 150, blue
    /// near 280.
    pub fn hue(self) -> f64 {
        self.b.atan2(self.a).to_degrees().rem_euclid(360.0)
    }
}

/// ΔE76 of two colours for an eye.
pub fn difference(first: Rgb, second: Rgb, vision: Vision) -> f64 {
    Lab::of(first, vision).distance(Lab::of(second, vision))
}

/// Relative luminance of WCAG 2, 0 for black to 1 for white.
pub fn luminance(color: Rgb) -> f64 {
    let [red, green, blue] = linear(color);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Contrast ratio of WCAG 2, 1 to 21.
pub fn contrast(first: Rgb, second: Rgb) -> f64 {
    let (first, second) = (luminance(first) + 0.05, luminance(second) + 0.05);
    first.max(second) / first.min(second)
}

/// The colour `part` of `whole` steps from one to another.
pub fn mix(from: Rgb, to: Rgb, part: u8, whole: u8) -> Rgb {
    let whole = u32::from(whole.max(1));
    let part = u32::from(part).min(whole);
    let channel = |from: u8, to: u8| {
        let sum = u32::from(from) * (whole - part) + u32::from(to) * part;
        u8::try_from((sum + whole / 2) / whole).unwrap_or(u8::MAX)
    };
    (
        channel(from.0, to.0),
        channel(from.1, to.1),
        channel(from.2, to.2),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_differences_are_those_of_the_literature() {
        // Up, down, and what is published or known for normal, deut, prot and trit; 0 is unknown.
        let cases: [(&str, Rgb, Rgb, [f64; 4]); 5] = [
            (
                "Okabe-Ito blue and orange",
                (0x56, 0xb4, 0xe9),
                (0xe6, 0x9f, 0x00),
                [113.0, 111.0, 101.0, 87.0],
            ),
            (
                "TradingView teal and red",
                (0x26, 0xa6, 0x9a),
                (0xef, 0x53, 0x50),
                [103.0, 48.0, 26.0, 0.0],
            ),
            (
                "ANSI green and red",
                (0, 205, 0),
                (205, 0, 0),
                [145.0, 24.0, 0.0, 0.0],
            ),
            (
                "blue and yellow",
                (0x5b, 0x9d, 0xff),
                (0xff, 0xd7, 0x00),
                [144.0, 146.0, 0.0, 0.0],
            ),
            (
                "black and white",
                (0, 0, 0),
                (255, 255, 255),
                [100.0, 100.0, 100.0, 100.0],
            ),
        ];
        for (name, up, down, expected) in cases {
            for (vision, expected) in Vision::ALL.into_iter().zip(expected) {
                let found = difference(up, down, vision);
                assert!(
                    expected == 0.0 || (found - expected).abs() <= 2.0,
                    "{name}, {}: {found:.1}, expected {expected}",
                    vision.name()
                );
            }
        }
    }

    #[test]
    fn the_contrasts_are_those_of_the_guidelines() {
        let cases: [(Rgb, Rgb, f64); 4] = [
            ((0, 0, 0), (255, 255, 255), 21.0),
            ((255, 255, 255), (255, 255, 255), 1.0),
            // The grey that just passes on white, and the one that just does not.
            ((0x76, 0x76, 0x76), (255, 255, 255), 4.54),
            ((0x77, 0x77, 0x77), (255, 255, 255), 4.48),
        ];
        for (text, ground, expected) in cases {
            for found in [contrast(text, ground), contrast(ground, text)] {
                assert!((found - expected).abs() < 0.01, "{found}");
            }
        }
    }

    #[test]
    fn hues_lie_where_they_are_said_to_lie() {
        let cases: [(&str, Rgb, f64, f64); 4] = [
            ("red", (0xf4, 0x5b, 0x69), 10.0, 45.0),
            ("green", (0x2e, 0xc9, 0x8a), 130.0, 175.0),
            ("blue", (0x3b, 0x82, 0xf6), 260.0, 300.0),
            ("yellow", (0xff, 0xd7, 0x00), 80.0, 100.0),
        ];
        for (name, color, least, most) in cases {
            let hue = Lab::of(color, Vision::Normal).hue();
            assert!((least..most).contains(&hue), "{name} {hue}");
        }
        assert!(Lab::of((128, 128, 128), Vision::Normal).chroma() < 0.1);
    }

    #[test]
    fn mixtures_lie_between_their_ends() {
        let (black, white) = ((0, 0, 0), (255, 255, 255));
        assert_eq!(mix(black, white, 0, 4), black);
        assert_eq!(mix(black, white, 2, 4), (128, 128, 128));
        assert_eq!(mix(black, white, 4, 4), white);
        assert_eq!(mix(black, white, 9, 4), white);
        assert_eq!(mix(black, white, 1, 0), white);
    }
}
