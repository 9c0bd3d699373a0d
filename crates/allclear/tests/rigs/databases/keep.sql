-- Keeps a database as it stands, within itself.
create table kept_installation as select * from installation;
create table kept_status_pages as select * from status_pages;
create table kept_components as select * from components;
create table kept_status_settings as select * from status_settings;
create table kept_incidents as select * from incidents;
create table kept_maintenance_windows as select * from maintenance_windows;
create table kept_announcements as select * from announcements;
create table kept_internal_notes as select * from internal_notes;
create table kept_audit_entries as select * from audit_entries;
