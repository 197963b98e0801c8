"""Signs of after-the-fact edits (dấu hiệu sửa sau) of a dossier's dates, with what was seen when. A sign proves no wrongdoing."""
