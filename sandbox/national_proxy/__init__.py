"""A province's own proxy before the national portal (KetNoiMotCuaQuocGia): the national answer inside a string."""
