package cache

import (
	"container/list"
	"errors"
	"sync"
)

var ErrMissing = errors.New("cache: key is missing")

type entry struct {
	key   string
	value []byte
}

// LRU keeps the most recently used values, at most size of them.
type LRU struct {
	mu    sync.Mutex
	size  int
	order *list.List
	items map[string]*list.Element
}

func New(size int) *LRU {
	return &LRU{size: size, order: list.New(), items: make(map[string]*list.Element)}
}

func (c *LRU) Get(key string) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.items[key]
	if !ok {
		return nil, ErrMissing
	}
	c.order.MoveToFront(element)
	return element.Value.(*entry).value, nil
}

func (c *LRU) Put(key string, value []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.items[key]; ok {
		element.Value.(*entry).value = value
		c.order.MoveToFront(element)
		return
	}
	c.items[key] = c.order.PushFront(&entry{key, value})
	if c.order.Len() > c.size {
		oldest := c.order.Back()
		c.order.Remove(oldest)
		delete(c.items, oldest.Value.(*entry).key)
	}
}

func load(path string) (*Config, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var config Config
	if err := json.NewDecoder(file).Decode(&config); err != nil {
		return nil, err
	}
	if err := config.check(); err != nil {
		return nil, err
	}
	if err := config.expand(); err != nil {
		return nil, err
	}
	return &config, nil
}
