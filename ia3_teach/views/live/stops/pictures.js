/** The pictures that were drawn, and which to ask for next: the wanted one, then its neighbours, one at a time. */

export class Pictures {
  /** `ask(setting)` sends for a picture; `show({ picture, words })` is called when the wanted one is there. */
  constructor(controls, ask, show) {
    Object.assign(this, { controls, ask, show, kept: new Map(), asked: null, wanted: null, along: controls[0].name });
  }

  key(setting) {
    return JSON.stringify(this.controls.map(({ name }) => setting[name]));
  }

  keep(setting, drawn) {
    this.kept.set(this.key(setting), drawn);
  }

  /** `along` is the control that moved: its other stops are likely to be wanted next. */
  want(setting, along) {
    Object.assign(this, { wanted: setting, along });
    const drawn = this.kept.get(this.key(setting));
    if (drawn) this.show(drawn);
    this.next();
  }

  receive({ setting, picture, words }) {
    this.keep(setting, { picture, words });
    if (this.key(setting) === this.asked) this.asked = null;
    if (this.key(setting) === this.key(this.wanted)) this.show({ picture, words });
    this.next();
  }

  /** From now on also what is not yet wanted: the view has come into sight. */
  ahead() {
    this.inSight = true;
    this.next();
  }

  /** One picture at a time, so that a wanted one never stands behind many that are not. */
  next() {
    if (this.asked !== null) return;
    const missing = (setting) => !this.kept.has(this.key(setting));
    const setting = [this.wanted, ...(this.inSight ? this.near() : [])].find(missing);
    if (!setting) return;
    this.asked = this.key(setting);
    this.ask(setting);
  }

  /** The settings around the wanted one: all along the control that moved, the nearest first; then one step of others. */
  near() {
    const found = this.controls.flatMap(({ name, stops, look, moves }) => {
      const here = stops.indexOf(this.wanted[name]);
      const reach = name === this.along && look !== "menu" ? stops.length : 1;
      const others = stops.map((stop, at) => ({ at: Math.abs(at - here), setting: { ...this.wanted, [name]: stop, ...moves[stop] } }));
      return others.filter(({ at }) => at && at <= reach).map((other) => ({ ...other, first: name !== this.along }));
    });
    found.sort((one, other) => one.first - other.first || one.at - other.at);
    return found.map(({ setting }) => setting);
  }
}
