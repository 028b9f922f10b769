"""A line chart as SVG: enough for what a drill measured."""


class Chart:
    WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 900, 360, 60, 40, 110, 45
    COLOURS = ("#1b6ca8", "#b3541e", "#3d7a3d", "#7b4397", "#8a6d1a", "#444444")

    def __init__(self, title):
        self.title, self.lines = title, []

    def line(self, name, points):
        if points:
            self.lines.append((name, points))

    @staticmethod
    def steps(most):
        """Round numbers from zero to at least `most`, about five of them."""
        size = 1.0
        while most / size > 6:
            size *= 10
        while most / size < 1:
            size /= 10
        step = next(s for s in (size / 5, size / 2, size, size * 2) if most / s <= 6)
        return [i * step for i in range(int(most / step) + 2)]

    def svg(self, below, beside):
        xs = self.steps(max(x for _, points in self.lines for x, _ in points))
        ys = self.steps(max(y for _, points in self.lines for _, y in points))
        wide, high = self.WIDTH - self.LEFT - self.RIGHT, self.HEIGHT - self.TOP - self.BOTTOM

        def at(x, y):
            return f"{self.LEFT + wide * x / xs[-1]:.1f},{self.TOP + high * (1 - y / ys[-1]):.1f}"
        out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.WIDTH} {self.HEIGHT}" '
               'font-family="sans-serif" font-size="12">',
               f'<rect width="{self.WIDTH}" height="{self.HEIGHT}" fill="#ffffff"/>',
               f'<text x="{self.LEFT}" y="22" font-size="14">{self.title}</text>']
        for y in ys:
            x1, y1 = at(0, y).split(",")
            out.append(f'<line x1="{x1}" y1="{y1}" x2="{self.LEFT + wide}" y2="{y1}" stroke="#dddddd"/>'
                       f'<text x="{self.LEFT - 8}" y="{float(y1) + 4}" text-anchor="end">{y:g}</text>')
        for x in xs:
            x1, y1 = at(x, 0).split(",")
            out.append(f'<text x="{x1}" y="{float(y1) + 18}" text-anchor="middle">{x:g}</text>')
        out.append(f'<text x="{self.LEFT + wide}" y="{self.HEIGHT - 8}" text-anchor="end">{below}</text>'
                   f'<text x="{self.LEFT - 8}" y="{self.TOP - 6}" text-anchor="end">{beside}</text>')
        for i, (name, points) in enumerate(self.lines):
            colour = self.COLOURS[i % len(self.COLOURS)]
            path = " ".join(at(x, y) for x, y in points)
            out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
                       f'<text x="{self.LEFT + wide + 10}" y="{self.TOP + 14 + 18 * i}" fill="{colour}">{name}</text>')
        return "\n".join(out) + "\n</svg>\n"
