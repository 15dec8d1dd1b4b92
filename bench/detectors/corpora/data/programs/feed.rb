require "json"
require "time"

class Feed
  include Enumerable

  Entry = Struct.new(:id, :title, :author, :published, keyword_init: true)

  def initialize(path)
    @path = path
  end

  def each
    return enum_for(:each) unless block_given?

    File.foreach(@path) do |line|
      fields = JSON.parse(line, symbolize_names: true)
      yield Entry.new(
        id: fields.fetch(:id),
        title: fields.fetch(:title).strip,
        author: fields.fetch(:author, "unknown"),
        published: Time.iso8601(fields.fetch(:published))
      )
    end
  end

  def by_author
    group_by(&:author).transform_values { |entries| entries.sort_by(&:published) }
  end
end

RSpec.describe Feed do
  subject(:feed) { described_class.new("spec/fixtures/feed.jsonl") }

  it "reads every entry" do
    expect(feed.count).to eq(3)
  end

  it "strips titles" do
    expect(feed.map(&:title)).to eq(["First", "Second", "Third"])
  end

  it "groups by author" do
    expect(feed.by_author.keys).to eq(["Ada", "unknown"])
  end
end
