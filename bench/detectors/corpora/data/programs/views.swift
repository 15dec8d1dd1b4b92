import SwiftUI

struct Plant: Identifiable, Codable {
    let id: UUID
    var name: String
    var lastWatered: Date
    var days: Int

    var isThirsty: Bool {
        Calendar.current.date(byAdding: .day, value: days, to: lastWatered)! < Date()
    }
}

struct PlantList: View {
    @State private var plants: [Plant] = []
    @State private var name = ""

    var body: some View {
        NavigationStack {
            List {
                Section("Thirsty") {
                    ForEach(plants.filter(\.isThirsty)) { plant in
                        Text(plant.name)
                            .font(.headline)
                            .foregroundStyle(.red)
                            .padding(.vertical, 4)
                    }
                }
                Section("Watered") {
                    ForEach(plants.filter { !$0.isThirsty }) { plant in
                        Text(plant.name)
                            .font(.headline)
                            .foregroundStyle(.green)
                            .padding(.vertical, 4)
                    }
                }
                TextField("Name", text: $name)
                    .textFieldStyle(.roundedBorder)
                    .padding(.vertical, 4)
            }
            .navigationTitle("Plants")
        }
    }
}
