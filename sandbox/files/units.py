"""units.xml: the communes (xã, phường) of the province, each with the agency that governs it."""

import xml.etree.ElementTree as ET
from pathlib import Path

from sandbox.world.clock import date_vietnamese
from sandbox.world.world import World

PROVINCE_CODE = "66"


def write_units(path: Path, world: World) -> int:
    """Each unit is a `DonVi` with its code as attribute. Gives their number."""
    root = ET.Element("DanhMucDonVi", ngay=date_vietnamese(world.day))
    ET.SubElement(root, "Tinh", ma=PROVINCE_CODE).text = "Tỉnh Đắk Lắk"
    listed = ET.SubElement(root, "DanhSach")
    for agency in world.agencies.communes:
        name = agency.name.removeprefix("UBND ")
        unit = ET.SubElement(listed, "DonVi", ma=agency.key.removeprefix("X"))
        ET.SubElement(unit, "Ten").text = name[:1].upper() + name[1:]
        ET.SubElement(unit, "Cap").text = name.split()[0]
        ET.SubElement(unit, "MaTinh").text = PROVINCE_CODE
        ET.SubElement(unit, "CoQuan", maDinhDanh=agency.new_code).text = agency.name
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    return len(world.agencies.communes)
