"""One module out of several: order, names, and what is refused."""

import pytest

from ia3_teach.views import bundling
from ia3_teach.views.bundling import LIVE, bundle

MODULES = sorted(path.relative_to(LIVE).as_posix() for path in LIVE.rglob("*.js"))


def written(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text, encoding="utf-8")


def test_modules_that_import_each_other_are_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(bundling, "LIVE", tmp_path)
    one, other = 'import { b } from "./b.js";\n', 'import { a } from "./a.js";\n'
    written(tmp_path, a=one + "export const a = 1;", b=other + "export const b = 1;")
    with pytest.raises(ValueError, match=r"a\.js imports itself, by way of b\.js"):
        bundle("a.js")


@pytest.mark.parametrize(
    "line", ['import * as b from "./b.js";', "export default 1;", "export { a };", "export let a = 1;"]
)
def test_a_form_that_is_not_understood_is_refused_by_its_line(line, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(bundling, "LIVE", tmp_path)
    written(tmp_path, a=line)
    with pytest.raises(ValueError, match="is not understood; import as"):
        bundle("a.js")


def test_what_is_imported_comes_first_and_once_and_equal_names_do_not_clash(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(bundling, "LIVE", tmp_path)
    used = 'import { c } from "./c.js";\nconst own = 1;\n'
    written(
        tmp_path,
        a='import { b } from "./b.js";\n' + used + "export const a = 1;",
        b=used + "export function b() {}",
        c="const own = 2;\nexport class c {}",
    )
    text = bundle("a.js")
    assert [text.index(f"const {name} = (() =>") for name in "cba"] == sorted(
        text.index(f"const {name} = (() =>") for name in "cba"
    )
    assert text.count("class c {}") == 1 and "return { b };" in text and "import" not in text


@pytest.mark.parametrize("module", MODULES)
def test_every_module_can_be_bundled(module) -> None:
    text = bundle(module)
    assert "\nimport " not in text and "\nexport " not in text
