"""TMX and XLIFF files are valid by the formats' own schemas, where ``make schemas`` has fetched these.

They belong to others and are not in the repository: OmegaT's Debian package holds the DTD of TMX 1.4,
that of Symfony's translation component the XML Schema of XLIFF 2.0 by OASIS.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from mtpipe.data import Bead
from mtpipe.writer.bitext_table import Column, Table, table_from
from mtpipe.writer.tmx import write_tmx
from mtpipe.writer.xliff import write_xliff
from tests.unit.test_align_formats import AR, EN, EN_BEADS, FR, FR_BEADS

SCHEMAS = Path(__file__).parents[2] / ".schemas"


@pytest.fixture(scope="module")
def dtd() -> etree.DTD:
    path = SCHEMAS / "tmx14.dtd"
    if not path.exists():
        pytest.skip("tmx14.dtd is not there (make schemas)")
    return etree.DTD(str(path))


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    path = SCHEMAS / "xliff-core-2.0.xsd"
    if not path.exists():
        pytest.skip("xliff-core-2.0.xsd is not there (make schemas)")
    document = etree.parse(str(path))
    # The schema imports a copy of the W3C's xml.xsd from a folder of its own.
    for link in document.iter("{http://www.w3.org/2001/XMLSchema}import"):
        if link.get("namespace") == "http://www.w3.org/XML/1998/namespace":
            link.set("schemaLocation", (SCHEMAS / "xml.xsd").as_uri())
    return etree.XMLSchema(document)


TEXTS = st.lists(st.text(max_size=30), min_size=1, max_size=4)


def tables(sources: list[str], targets: list[str]) -> Table:
    """Lay two texts side by side, what is left over unaligned, a cell of two at the end."""
    paired = min(len(sources), len(targets))
    beads = [Bead((k,), (k,), 0.5) for k in range(paired)]
    beads += [Bead((k,), ()) for k in range(paired, len(sources))]
    beads += [Bead((), (k,), 0.25) for k in range(paired, len(targets))]
    return table_from(
        [Column("a <&>.txt", "ar", tuple(sources)), Column("b.txt", "en", tuple(targets))], [tuple(beads)]
    )


def test_tmx_is_valid_by_its_own_dtd(dtd: etree.DTD) -> None:
    for table in (table_from([AR, EN, FR], [EN_BEADS, FR_BEADS]), table_from([AR, EN], [EN_BEADS])):
        assert dtd.validate(etree.fromstring(write_tmx(table).encode())), dtd.error_log


def test_xliff_is_valid_by_its_own_schema(schema: etree.XMLSchema) -> None:
    for table in (table_from([AR, EN], [EN_BEADS]), table_from([AR, FR], [FR_BEADS])):
        assert schema.validate(etree.fromstring(write_xliff(table).encode())), schema.error_log


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS, TEXTS)
def test_any_text_makes_valid_files(
    dtd: etree.DTD, schema: etree.XMLSchema, sources: list[str], targets: list[str]
) -> None:
    table = tables(sources, targets)
    assert dtd.validate(etree.fromstring(write_tmx(table).encode())), dtd.error_log
    assert schema.validate(etree.fromstring(write_xliff(table).encode())), schema.error_log


def test_the_schemas_refuse_what_is_wrong(dtd: etree.DTD, schema: etree.XMLSchema) -> None:
    table = table_from([AR, EN], [EN_BEADS])
    assert not dtd.validate(
        etree.fromstring(
            write_tmx(table).replace("<seg>", "<segment>").replace("</seg>", "</segment>").encode()
        )
    )
    assert not schema.validate(
        etree.fromstring(write_xliff(table).replace('state="translated"', 'state="done"').encode())
    )
