"""A fictional office: invented staff, agencies and reports, for trying Testimonio out. Never part of a real one."""
