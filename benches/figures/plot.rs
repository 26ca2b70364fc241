//! A line plot as SVG.

use std::fmt::Write as _;

/// Lines over one pair of axes.
pub(crate) struct Plot {
    pub(crate) title: &'static str,
    pub(crate) x: &'static str,
    pub(crate) y: &'static str,
    /// Whether each step of the x axis doubles, or adds one.
    pub(crate) doubling: bool,
    pub(crate) lines: Vec<Line>,
}

/// Points from left to right.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 380.0;
/// The frame of the axes.
const LEFT: f64 = 64.0;
const RIGHT: f64 = 700.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = 330.0;
/// Told apart by most eyes (Okabe and Ito), and marks that differ as well.
const COLORS: [&str; 3] = ["#0072b2", "#d55e00", "#009e73"];

impl Plot {
    /// The picture.
    pub(crate) fn svg(&self) -> String {
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">\n\
             <title>{title}</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
             <text x=\"{LEFT}\" y=\"26\" font-size=\"16\" font-weight=\"bold\">{title}</text>\n",
            title = self.title
        );
        self.axes(&mut svg);
        for (number, (line, color)) in self.lines.iter().zip(COLORS).enumerate() {
            self.line(&mut svg, number, line, color);
        }
        svg.push_str("</svg>\n");
        svg
    }

    fn axes(&self, svg: &mut String) {
        let (step, most) = self.y_steps();
        let mut value = 0.0;
        while value <= most {
            let y = self.y_at(value);
            text(svg, (LEFT - 8.0, y + 4.5), "end", &format!("{value}"));
            let _ = writeln!(svg, "<path d=\"M{LEFT} {y:.1}H{RIGHT}\" stroke=\"#ddd\"/>");
            value += step;
        }
        let (first, last) = self.x_range();
        let mut place = first;
        while place <= last {
            let value = if self.doubling { place.exp2() } else { place };
            text(svg, (self.x_at(value), BOTTOM + 18.0), "middle", &format!("{value}"));
            place += 1.0;
        }
        let middle = (TOP + BOTTOM) / 2.0;
        text(svg, ((LEFT + RIGHT) / 2.0, BOTTOM + 40.0), "middle", self.x);
        let _ = writeln!(
            svg,
            "<text transform=\"translate(18 {middle}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            self.y
        );
    }

    fn line(&self, svg: &mut String, number: usize, line: &Line, color: &str) {
        let at: Vec<_> = line.points.iter().map(|(x, y)| (self.x_at(*x), self.y_at(*y))).collect();
        let path: Vec<_> = at.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2\"/>",
            path.join(" ")
        );
        // The key stands above the frame.
        let key = (LEFT + 24.0 + 250.0 * number as f64, TOP - 6.0);
        for (x, y) in at.into_iter().chain([(key.0 - 10.0, key.1 - 4.0)]) {
            let _ = match number {
                0 => writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{color}\"/>"),
                _ => writeln!(
                    svg,
                    "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"7\" height=\"7\" fill=\"{color}\"/>",
                    x - 3.5,
                    y - 3.5
                ),
            };
        }
        text(svg, key, "start", &line.name);
    }

    fn points(&self) -> impl Iterator<Item = (f64, f64)> {
        self.lines.iter().flat_map(|line| line.points.iter().copied())
    }

    /// First and last step of the x axis.
    fn x_range(&self) -> (f64, f64) {
        let places = self.points().map(|(x, _)| if self.doubling { x.log2() } else { x });
        places.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), x| (least.min(x), most.max(x)))
    }

    /// Distance of the lines across, and the highest of them: some five, at a round distance.
    fn y_steps(&self) -> (f64, f64) {
        let most = self.points().map(|(_, y)| y).fold(0.0, f64::max);
        let power = 10_f64.powf((most / 5.0).log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|step| step * power).into_iter().find(|step| step * 5.5 >= most);
        let step = step.unwrap_or(10.0 * power);
        (step, (most / step).ceil() * step)
    }

    fn x_at(&self, x: f64) -> f64 {
        let (first, last) = self.x_range();
        let place = if self.doubling { x.log2() } else { x };
        LEFT + 20.0 + (RIGHT - LEFT - 40.0) * (place - first) / (last - first).max(1.0)
    }

    fn y_at(&self, y: f64) -> f64 {
        BOTTOM - (BOTTOM - TOP - 10.0) * y / self.y_steps().1
    }
}

fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, text: &str) {
    let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>");
}
