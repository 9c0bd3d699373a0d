-- Somebody else's database.
create table bookmarks (id integer not null primary key, address text not null);
insert into bookmarks (id, address) values (1, 'https://example.org/');
