/** Controls and picture in a notebook: Python draws, and its field `setting` is where the controls stand. */

import { Stops } from "./stops.js";

/** What anywidget calls with the traits and the element to fill; returns what is to be done at the end. */
export function render({ model, el }) {
  const facts = Object.fromEntries(["controls", "first", "setting", "begin"].map((name) => [name, model.get(name)]));
  const moved = (setting) => {
    model.set("setting", setting);
    model.save_changes();
  };
  const stops = new Stops(el, facts, (setting) => model.send({ setting }), moved);
  const receive = (content) => stops.pictures.receive(content);
  const follow = () => {
    const setting = model.get("setting");
    if (stops.pictures.key(setting) === stops.pictures.key(stops.setting)) return;
    stops.setting = { ...setting };
    stops.show(stops.controls[0].name);
  };
  model.on("msg:custom", receive);
  model.on("change:setting", follow);
  return () => {
    model.off("msg:custom", receive);
    model.off("change:setting", follow);
    stops.end();
  };
}
