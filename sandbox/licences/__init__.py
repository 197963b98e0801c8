"""Driving licences (giấy phép lái xe): the sister system of the national portal, in its `mapi` protocol."""
