CREATE TABLE customers (
    id           INTEGER PRIMARY KEY,
    name         TEXT NOT NULL,
    email        TEXT,
    phone        TEXT,
    country      TEXT NOT NULL DEFAULT 'FR' CHECK (length(country) = 2),
    city         TEXT,
    segment      TEXT NOT NULL DEFAULT 'consumer' CHECK (segment IN ('consumer', 'business', 'wholesale')),
    newsletter   BOOLEAN NOT NULL DEFAULT 0 CHECK (newsletter IN (0, 1)),
    credit_limit DECIMAL(10, 2),
    created_at   DATETIME NOT NULL,
    last_seen_at DATETIME
);

CREATE TABLE products (
    id           INTEGER PRIMARY KEY,
    sku          TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    category     TEXT NOT NULL CHECK (category IN ('kitchen', 'garden', 'office', 'travel', 'toys', 'audio')),
    price        DECIMAL(10, 2) NOT NULL CHECK (price > 0),
    cost         DECIMAL(10, 2),
    weight_g     TEXT,
    colour       TEXT,
    discontinued BOOLEAN NOT NULL DEFAULT 0 CHECK (discontinued IN (0, 1)),
    added_on     DATE NOT NULL
);

CREATE TABLE orders (
    id           INTEGER PRIMARY KEY,
    customer_id  INTEGER NOT NULL REFERENCES customers (id),
    status       TEXT NOT NULL DEFAULT 'pending',
    total        DECIMAL(10, 2),
    currency     TEXT NOT NULL DEFAULT 'EUR',
    email        TEXT,
    coupon       TEXT,
    ship_city    TEXT,
    ship_country TEXT,
    note         TEXT,
    placed_at    DATETIME NOT NULL,
    shipped_at   DATETIME
);

CREATE TABLE order_items (
    order_id   INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
    line       INTEGER NOT NULL CHECK (line > 0),
    product_id INTEGER NOT NULL REFERENCES products (id),
    quantity   INTEGER NOT NULL DEFAULT 1 CHECK (quantity > 0),
    unit_price DECIMAL(10, 2) NOT NULL,
    discount   DECIMAL(3, 2) NOT NULL DEFAULT 0 CHECK (discount BETWEEN 0 AND 0.9),
    PRIMARY KEY (order_id, line)
);

CREATE TABLE reviews (
    id          INTEGER PRIMARY KEY,
    product_id  INTEGER NOT NULL REFERENCES products (id),
    customer_id INTEGER REFERENCES customers (id),
    rating      INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 5),
    title       TEXT,
    body        TEXT,
    verified    BOOLEAN NOT NULL DEFAULT 0 CHECK (verified IN (0, 1)),
    helpful     INTEGER NOT NULL DEFAULT 0,
    created_at  DATETIME NOT NULL
);

CREATE TABLE stock (
    product_id    INTEGER NOT NULL REFERENCES products (id),
    warehouse     TEXT NOT NULL CHECK (warehouse IN ('north', 'south', 'harbour', 'returns')),
    quantity      INTEGER NOT NULL DEFAULT 0,
    reorder_level INTEGER,
    counted_at    DATETIME NOT NULL,
    PRIMARY KEY (product_id, warehouse)
);

CREATE VIEW daily_sales AS
    SELECT date(placed_at) AS day, count(*) AS orders, round(sum(total), 2) AS revenue
    FROM orders WHERE status <> 'cancelled' GROUP BY day;

CREATE VIEW low_stock AS
    SELECT p.sku, p.name, s.warehouse, s.quantity, s.reorder_level
    FROM stock s JOIN products p ON p.id = s.product_id
    WHERE s.quantity < s.reorder_level;

CREATE INDEX orders_by_customer ON orders (customer_id);
CREATE INDEX orders_by_time ON orders (placed_at);
CREATE INDEX reviews_by_product ON reviews (product_id);
CREATE INDEX reviews_by_time ON reviews (created_at);
CREATE INDEX stock_by_count ON stock (counted_at);
